import type { OptionSpec, OptionValues } from './args.js';
import type { CliContext } from './context.js';

/** `hosted-engine --NAME`: what it is for, which options it has, what it does. */
export interface Command {
  /** Without the dashes. */
  readonly name: string;
  /** One line of the usage. */
  readonly summary: string;
  readonly details?: readonly string[];
  readonly options: readonly OptionSpec[];
  /** The command itself may carry a value, as `--set-maintenance=global` does. */
  readonly shorthand?: string;
  /** Resolves with the exit code. HeErrors are printed, with their own exit code, by the caller. */
  run(context: CliContext, options: OptionValues): Promise<number>;
}
