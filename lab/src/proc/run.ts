import { createProcessRunner } from '@hosted-engine/platform';
import { HeError, type ProcessOptions, type ProcessResult } from '@hosted-engine/ports';

/** Runs a program of this machine to its end; see ProcessRunner. */
export function run(
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  return createProcessRunner().run(command, args, options);
}

/** As run, but a non-zero exit rejects with HE_FAILED and the end of what it said. */
export async function runOrThrow(
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<string> {
  return outputOrThrow(await run(command, args, options), [command, ...args].join(' '));
}

/** The output of a command that ended well. Throws HE_FAILED otherwise. */
export function outputOrThrow(result: ProcessResult, command: string): string {
  if (result.code === 0) return result.stdout;
  const said = (result.stderr.trim() || result.stdout.trim()).slice(-800);
  throw new HeError('HE_FAILED', `${command} exited with ${result.code}: ${said}`);
}
