export type { OptionSpec } from './args.js';
export { runCli } from './cli.js';
export type { Command } from './command.js';
export { COMMANDS, loadAll } from './commands.js';
export type { CliContext } from './context.js';
