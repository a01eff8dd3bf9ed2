import { spawn } from 'node:child_process';
import { HeError } from '@hosted-engine/ports';

export interface RunResult {
  /** 128 + signal number when a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** @default 60000 */
  readonly timeoutMs?: number;
  /** Called with each piece of output as it comes. */
  readonly onOutput?: (text: string) => void;
}

const SIGNAL_EXIT = 128;
const SIGKILL_NUMBER = 9;

/**
 * Runs a program to its end. A non-zero exit is a result; a program that cannot be started, or
 * that is still running at the time-out (it is killed then), rejects with HE_FAILED.
 */
export function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const timeoutMs = options.timeoutMs ?? 60_000;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: 'pipe',
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    let stdout = '';
    let stderr = '';
    let timedOut = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      options.onOutput?.(text);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      options.onOutput?.(text);
    });
    // A program that ends without reading its input breaks the pipe; its exit says the rest.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(new HeError('HE_FAILED', `${command} failed: ${error.message}`, { cause: error }));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (timedOut) {
        const shown = `${command} ${args.join(' ')}`;
        reject(new HeError('HE_FAILED', `${shown} did not end within ${timeoutMs} ms`));
        return;
      }
      const bySignal = signal === 'SIGKILL' ? SIGNAL_EXIT + SIGKILL_NUMBER : SIGNAL_EXIT;
      resolve({ code: code ?? bySignal, stdout, stderr });
    });
  });
}

/** As run, but a non-zero exit rejects with HE_FAILED and the end of the error output. */
export async function runOrThrow(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const result = await run(command, args, options);
  if (result.code === 0) return result.stdout;
  const said = (result.stderr.trim() || result.stdout.trim()).slice(-600);
  throw new HeError(
    'HE_FAILED',
    `${command} ${args.join(' ')} exited with ${result.code}: ${said}`,
  );
}
