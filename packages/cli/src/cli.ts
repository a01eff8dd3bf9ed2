import { HeError, messageOf } from '@hosted-engine/ports/he-error';
import { parseOptions } from './args.js';
import type { Command } from './command.js';
import { COMMANDS, type CommandEntry, loadAll } from './commands.js';
import type { CliContext } from './context.js';

/** Runs `hosted-engine ARGS` and resolves with its exit code. It does not reject. */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  const isDebug = args.includes('--debug');
  const words = args.filter((arg) => arg !== '--debug');
  try {
    return await dispatch(words, context);
  } catch (thrown) {
    return await printError(thrown, context, isDebug);
  }
}

async function dispatch(args: readonly string[], context: CliContext): Promise<number> {
  const [first, ...rest] = args;
  if (first === undefined || first === '--help') {
    await writeUsage(context);
    return first === undefined ? 1 : 0;
  }
  const [name, shorthand] = splitOnce(first);
  const entry = COMMANDS.find((candidate) => `--${candidate.name}` === name);
  const command = await entry?.load();
  if (command === undefined || (shorthand !== undefined && command.shorthand === undefined)) {
    return refuse(first, name, context);
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    const { commandUsage } = await import('./usage.js');
    context.write(commandUsage(command));
    return 0;
  }
  const given = withOperand(command, shorthand, rest);
  return command.run(context, parseOptions(given, command.options));
}

/** `--COMMAND=VALUE` and `--COMMAND VALUE` stand for the command's own option. */
function withOperand(
  { shorthand }: Command,
  value: string | undefined,
  rest: readonly string[],
): readonly string[] {
  if (shorthand === undefined) return rest;
  if (value !== undefined) return [`--${shorthand}=${value}`, ...rest];
  const [next, ...more] = rest;
  return next === undefined || next.startsWith('--') ? rest : [`--${shorthand}=${next}`, ...more];
}

async function refuse(given: string, name: string, context: CliContext): Promise<number> {
  context.writeError(`Invalid option '${given}'\n`);
  const { nearest } = await import('@hosted-engine/setup');
  const names = COMMANDS.map((entry: CommandEntry) => `--${entry.name}`);
  const like = nearest(name, names);
  if (like !== undefined && like !== name) context.writeError(`Did you mean ${like}?\n`);
  await writeUsage(context);
  return 1;
}

async function writeUsage(context: CliContext): Promise<void> {
  const { usage } = await import('./usage.js');
  context.write(usage(await loadAll()));
}

function splitOnce(arg: string): readonly [string, string | undefined] {
  const at = arg.indexOf('=');
  return at === -1 ? [arg, undefined] : [arg.slice(0, at), arg.slice(at + 1)];
}

/** The message, what to do about it, and the exit code of its kind. A stack is for --debug. */
async function printError(thrown: unknown, context: CliContext, isDebug: boolean): Promise<number> {
  const { levelLine, noteLine } = await import('./terminal/dialect.js');
  const error = thrown instanceof HeError ? thrown : undefined;
  if (error?.code === 'HE_NOT_DEPLOYED') context.writeError(`${error.message}\n`);
  else context.writeError(levelLine('ERROR', messageOf(thrown)));
  if (error?.remedy !== undefined) context.writeError(`${noteLine(`${error.remedy}.`)}\n`);
  if (isDebug && thrown instanceof Error) context.writeError(`${thrown.stack ?? ''}\n`);
  return error?.exitCode ?? 1;
}
