// Runs programs of this machine. The port's contract is in @hosted-engine/ports.

import { spawn } from 'node:child_process';
import {
  HeError,
  type ProcessOptions,
  type ProcessResult,
  type ProcessRunner,
} from '@hosted-engine/ports';

const DEFAULT_TIMEOUT_MS = 60_000;
/** What is kept of each output stream, in bytes; the rest is read and dropped. */
const OUTPUT_SIZE_MAX = 16 * 1024 * 1024;

/** The runner on node:child_process. It holds no state: one can serve everybody. */
export function createProcessRunner(): ProcessRunner {
  return { run };
}

function run(
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  return new Promise((resolve, reject) => {
    if (options.signal?.aborted === true) {
      reject(new HeError('HE_ABORTED', `${command} was not started: aborted`));
      return;
    }
    const child = spawn(command, [...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.env === undefined ? {} : { env: { ...process.env, ...options.env } }),
    });
    const stdout = collect(child.stdout, options.onOutput);
    const stderr = collect(child.stderr, options.onOutput);
    let stopped: HeError | undefined;
    const stop = (why: HeError): void => {
      stopped ??= why;
      child.kill('SIGKILL');
      // A grandchild may keep the pipes open for ever; the caller's deadline still holds.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const onAbort = (): void => stop(new HeError('HE_ABORTED', `${command} was aborted`));
    options.signal?.addEventListener('abort', onAbort, { once: true });
    const timer = setTimeout(() => {
      stop(new HeError('HE_FAILED', `${command} did not finish within ${timeoutMs} ms`));
    }, timeoutMs);
    const settle = (): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
    };
    child.on('error', (cause) => {
      settle();
      reject(new HeError('HE_FAILED', `cannot run ${command}: ${cause.message}`, { cause }));
    });
    child.on('close', (code, signal) => {
      settle();
      if (stopped !== undefined) reject(stopped);
      else if (code === null) {
        reject(new HeError('HE_FAILED', `${command} was killed by ${signal ?? 'a signal'}`));
      } else resolve({ code, stdout: stdout(), stderr: stderr() });
    });
    // A program that ends without reading its input is no error of its own.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input);
  });
}

function collect(
  stream: NodeJS.ReadableStream,
  onOutput: ((text: string) => void) | undefined,
): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    if (size < OUTPUT_SIZE_MAX) chunks.push(chunk.subarray(0, OUTPUT_SIZE_MAX - size));
    size += chunk.length;
    onOutput?.(chunk.toString('utf8'));
  });
  return () => Buffer.concat(chunks).toString('utf8');
}
