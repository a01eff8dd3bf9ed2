export { runCli } from './cli.js';
export { COMMANDS } from './commands.js';
export type { CliContext } from './context.js';
