export { COMMANDS, runCli } from './cli.js';
export type { CliContext } from './context.js';
