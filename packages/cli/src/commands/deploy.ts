import { optionValue } from '../args.js';
import type { Command } from '../command.js';

export const DEPLOY: Command = {
  name: 'deploy',
  summary: 'run the deployment of this host, as the first or an additional one',
  options: [
    {
      name: 'config-append',
      value: 'FILE',
      isRepeatable: true,
      help: 'take answers from FILE; may be repeated, a later file wins',
    },
    { name: 'generate-answer', value: 'FILE', help: 'write the answers to FILE as well' },
  ],
  run: (context, options) =>
    context.deploy({
      configFiles: options.get('config-append') ?? [],
      generateAnswer: optionValue(options, 'generate-answer'),
    }),
};
