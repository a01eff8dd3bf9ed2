import type { Command } from './command.js';

const INDENT = '    ';
const COLUMN = 34;

/** The whole of `hosted-engine --help`. */
export function usage(commands: readonly Command[]): string {
  const lines = commands.flatMap((command) => [
    `${INDENT}--${command.name}`.padEnd(COLUMN) + command.summary,
    ...optionLines(command, INDENT.repeat(2)),
  ]);
  return [
    'Usage: hosted-engine [--help] <command> [<command-args>]',
    '',
    'The commands in this list are:',
    ...lines,
    '',
    `${INDENT}${'--debug'.padEnd(COLUMN - INDENT.length)}with any command: show where an error came from`,
    `See "hosted-engine <command> --help" for more information on a command.`,
    '',
  ].join('\n');
}

/** `hosted-engine --NAME --help`. */
export function commandUsage(command: Command): string {
  const options = command.options.map((option) =>
    option.value === undefined ? ` [--${option.name}]` : ` [--${option.name}=${option.value}]`,
  );
  return [
    `Usage: hosted-engine --${command.name}${options.join('')}`,
    `${INDENT}${command.summary}`,
    ...(command.details ?? []).map((line) => `${INDENT}${line}`),
    ...(command.options.length === 0 ? [] : ['', ...optionLines(command, INDENT)]),
    '',
  ].join('\n');
}

function optionLines(command: Command, indent: string): string[] {
  return command.options.map((option) => {
    const long = option.value === undefined ? option.name : `${option.name}=${option.value}`;
    const name = option.short === undefined ? long : `${long}, -${option.short}`;
    return `${`${indent}--${name}`.padEnd(COLUMN)} ${option.help}`;
  });
}
