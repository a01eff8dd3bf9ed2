import { statusOfRawSlots } from '@hosted-engine/core/whiteboard';
import { HeError, messageOf } from '@hosted-engine/ports/he-error';
import type { Look, TuiHost } from '@hosted-engine/tui';
import { parseOptions } from '../args.js';
import type { Command } from '../command.js';
import type { CliContext } from '../context.js';
import { requireDeployed } from '../deployed.js';
import { SET_MAINTENANCE } from './maintenance.js';

export const TUI: Command = {
  name: 'tui',
  summary: 'show the text UI for the console of this host: status, maintenance, deployment',
  details: ['It needs a terminal of at least 80 columns and 24 lines, and no mouse.'],
  options: [],
  run: async (context) => {
    if (await context.showTui(tuiHost(context))) return 0;
    throw new HeError('HE_USAGE', 'the text UI needs a terminal', {
      remedy: 'run it on the console of the host, or over `ssh -t`',
    });
  },
};

/** The commands themselves, for the text UI to call. */
function tuiHost(context: CliContext): TuiHost {
  return {
    hostname: context.hostname(),
    look: async () => ({ deployment: await deploymentOf(context), board: await boardOf(context) }),
    setMaintenance: async (mode, isForced) => {
      const given = [`--mode=${mode}`, ...(isForced ? ['--force'] : [])];
      await runQuietly(SET_MAINTENANCE, context, given);
    },
    setConsolePassword: async (password) => {
      const { ADD_CONSOLE_PASSWORD, PASSWORD_VARIABLE } = await import('./console.js');
      const env = { ...context.env, [PASSWORD_VARIABLE]: password };
      return runQuietly(ADD_CONSOLE_PASSWORD, { ...context, env }, []);
    },
    deploy: async (request) => {
      const { answersOfEnvironment } = await import('@hosted-engine/setup');
      const given = answersOfEnvironment(context.env);
      return context.deploy({ ...request, given, generateAnswer: undefined });
    },
  };
}

/** What a command writes would spoil the screen; what is to be read of it is returned. */
async function runQuietly(
  command: Command,
  context: CliContext,
  given: readonly string[],
): Promise<readonly string[]> {
  const written: string[] = [];
  const keep = (text: string): void => {
    written.push(text);
  };
  const quiet = { ...context, write: keep, writeError: keep };
  await command.run(quiet, parseOptions(given, command.options));
  return written.join('').split('\n').slice(0, -1);
}

async function deploymentOf(context: CliContext): Promise<Look['deployment']> {
  try {
    const { fqdn, hostId } = await requireDeployed(context);
    return { kind: 'deployed', fqdn, hostId };
  } catch (thrown) {
    if (thrown instanceof HeError && thrown.code === 'HE_NOT_DEPLOYED') return { kind: 'none' };
    return { kind: 'broken', why: messageOf(thrown) };
  }
}

async function boardOf(context: CliContext): Promise<Look['board']> {
  try {
    const { slots, alive } = await context.broker.state();
    return { kind: 'known', view: statusOfRawSlots(slots, alive) };
  } catch (thrown) {
    if (!(thrown instanceof HeError)) throw thrown;
    return { kind: 'unknown', why: thrown.message };
  }
}
