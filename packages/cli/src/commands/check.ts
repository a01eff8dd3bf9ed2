import { HeError } from '@hosted-engine/ports';
import type { Command } from '../command.js';
import { requireDeployed } from '../deployed.js';

export const CHECK_DEPLOYED: Command = {
  name: 'check-deployed',
  summary: 'check whether hosted engine is deployed on this host',
  details: ['Exit code 0 when it is, 1 when it is not.'],
  options: [],
  run: async (context) => {
    try {
      await requireDeployed(context);
      return 0;
    } catch (thrown) {
      if (!(thrown instanceof HeError)) throw thrown;
      context.writeError(`${thrown.message}\n`);
      return 1;
    }
  },
};

export const CHECK_LIVELINESS: Command = {
  name: 'check-liveliness',
  summary: 'check the liveliness page of the engine',
  details: ['Exit code 0 when the engine is up, 1 when it is not, 2 without a configuration.'],
  options: [],
  run: async (context) => {
    const fqdn = await engineName(context);
    if (fqdn === undefined) return 2;
    const health = await context.engineHealth(fqdn, context.signal);
    if (health.kind === 'unreachable') {
      context.write(`Engine at ${fqdn} is not up: ${health.why}\n`);
      return 1;
    }
    context.write(`Engine replied: ${health.text}\n`);
    context.write(health.kind === 'up' ? 'Hosted Engine is up!\n' : 'Hosted Engine is not up!\n');
    return health.kind === 'up' ? 0 : 1;
  },
};

async function engineName(context: Parameters<Command['run']>[0]): Promise<string | undefined> {
  try {
    return (await requireDeployed(context)).fqdn;
  } catch (thrown) {
    if (!(thrown instanceof HeError)) throw thrown;
    context.writeError(`${thrown.message}\n`);
    return undefined;
  }
}
