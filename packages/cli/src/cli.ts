import { HeError, messageOf } from '@hosted-engine/ports';
import { nearest } from '@hosted-engine/setup';
import { parseOptions } from './args.js';
import type { Command } from './command.js';
import { CHECK_DEPLOYED, CHECK_LIVELINESS } from './commands/check.js';
import { DEPLOY } from './commands/deploy.js';
import { SET_MAINTENANCE } from './commands/maintenance.js';
import { CONNECT_STORAGE, DISCONNECT_STORAGE } from './commands/storage.js';
import { VM_POWEROFF, VM_SHUTDOWN } from './commands/vm-power.js';
import { VM_START } from './commands/vm-start.js';
import { VM_STATUS } from './commands/vm-status.js';
import type { CliContext } from './context.js';
import { levelLine, noteLine } from './terminal/dialect.js';
import { commandUsage, usage } from './usage.js';

export const COMMANDS: readonly Command[] = [
  DEPLOY,
  VM_START,
  VM_SHUTDOWN,
  VM_POWEROFF,
  VM_STATUS,
  SET_MAINTENANCE,
  CHECK_LIVELINESS,
  CHECK_DEPLOYED,
  CONNECT_STORAGE,
  DISCONNECT_STORAGE,
];

/** Runs `hosted-engine ARGS` and resolves with its exit code. It does not reject. */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  const isDebug = args.includes('--debug');
  const words = args.filter((arg) => arg !== '--debug');
  try {
    return await dispatch(words, context);
  } catch (thrown) {
    return printError(thrown, context, isDebug);
  }
}

async function dispatch(args: readonly string[], context: CliContext): Promise<number> {
  const [first, ...rest] = args;
  if (first === undefined) {
    context.write(usage(COMMANDS));
    return 1;
  }
  if (first === '--help') {
    context.write(usage(COMMANDS));
    return 0;
  }
  const [name, shorthand] = splitOnce(first);
  const command = COMMANDS.find((candidate) => `--${candidate.name}` === name);
  if (command === undefined || (shorthand !== undefined && command.shorthand === undefined)) {
    context.writeError(`Invalid option '${first}'\n`);
    const like = nearest(
      name,
      COMMANDS.map((candidate) => `--${candidate.name}`),
    );
    if (like !== undefined && like !== name) context.writeError(`Did you mean ${like}?\n`);
    context.write(usage(COMMANDS));
    return 1;
  }
  if (rest.includes('--help')) {
    context.write(commandUsage(command));
    return 0;
  }
  const given = shorthand === undefined ? rest : [`--${command.shorthand}=${shorthand}`, ...rest];
  return command.run(context, parseOptions(given, command.options));
}

function splitOnce(arg: string): readonly [string, string | undefined] {
  const at = arg.indexOf('=');
  return at === -1 ? [arg, undefined] : [arg.slice(0, at), arg.slice(at + 1)];
}

/** The message, what to do about it, and the exit code of its kind. A stack is for --debug. */
function printError(thrown: unknown, context: CliContext, isDebug: boolean): number {
  const error = thrown instanceof HeError ? thrown : undefined;
  if (error?.code === 'HE_NOT_DEPLOYED') context.writeError(`${error.message}\n`);
  else context.writeError(levelLine('ERROR', messageOf(thrown)));
  if (error?.remedy !== undefined) context.writeError(`${noteLine(`${error.remedy}.`)}\n`);
  if (isDebug && thrown instanceof Error) context.writeError(`${thrown.stack ?? ''}\n`);
  return error?.exitCode ?? 1;
}
