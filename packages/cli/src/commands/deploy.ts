import { type OptionValues, optionValue } from '../args.js';
import type { Command } from '../command.js';

export const DEPLOY: Command = {
  name: 'deploy',
  summary: 'run the deployment of this host, as the first or an additional one',
  details: [
    'Asks what it needs to know, checks everything, shows a preview, and only then configures this host.',
    'A question whose answer is given is not asked: by --answer, by the environment, or in an answer file,',
    'the first of these before the others. A wrong answer that was given ends the run; one that was typed is',
    'asked for again. Without a terminal nobody is asked, and all answers that are missing are named at once.',
    'CTRL-D and CTRL-C abort; what the run has done until then is undone. Each run has a log of its own below',
    '/var/log/ovirt-hosted-engine-setup, without passwords.',
    'The same program is called ovirt-hosted-engine-setup.',
    '',
    'An answer file holds lines KEY=type:value below [environment:default]; --list-questions writes one to',
    'start from. In the environment OVEHOSTED_NETWORK__fqdn=NAME answers OVEHOSTED_NETWORK/fqdn. Passwords are',
    'never given as a flag: use a file of mode 0600, or the environment.',
    '',
    'Examples:',
    '    hosted-engine --deploy',
    '    hosted-engine --deploy --list-questions > answers.conf',
    '    hosted-engine --deploy --check --config-append=answers.conf',
    '    hosted-engine --deploy --config-append=answers.conf --answer=OVEHOSTED_VM/vmVCpus=4',
    '',
    'The exit code is 0 when the engine runs under the care of the HA services; otherwise it is the one of the',
    'error that is printed last (docs/reference/errors.md), and never 0.',
  ],
  options: [
    {
      name: 'config-append',
      value: 'FILE',
      isRepeatable: true,
      help: 'take answers from FILE; may be repeated, a later file wins',
    },
    {
      name: 'answer',
      value: 'KEY=VALUE',
      isRepeatable: true,
      help: 'answer one question; may be repeated',
    },
    { name: 'generate-answer', value: 'FILE', help: 'write the answers to FILE as well' },
    { name: 'check', help: 'check the answers and this host, and change nothing' },
    { name: 'list-questions', help: 'print every question as an empty answer file, and end' },
  ],
  run: async (context, options) => {
    if (options.has('list-questions')) {
      const { listQuestions } = await import('@hosted-engine/setup');
      context.write(listQuestions());
      return 0;
    }
    return context.deploy(await deployArguments(context.env, options));
  },
};

async function deployArguments(
  env: Readonly<Record<string, string | undefined>>,
  options: OptionValues,
) {
  const { answerOfFlag, answersOfEnvironment } = await import('@hosted-engine/setup');
  return {
    configFiles: options.get('config-append') ?? [],
    given: [
      ...answersOfEnvironment(env),
      ...(options.get('answer') ?? []).map((text) => answerOfFlag(text)),
    ],
    generateAnswer: optionValue(options, 'generate-answer'),
    isCheckOnly: options.has('check'),
  };
}
