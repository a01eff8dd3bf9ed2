import { spawn } from 'node:child_process';
import { HeError } from '@hosted-engine/ports';

const SIGNAL_EXIT_BASE = 128;

/** Gives this terminal to another program until it ends; resolves with its exit code. */
export function runAttached(program: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit' });
    child.once('error', (cause) => {
      reject(
        new HeError('HE_HOST_UNSUITABLE', `cannot run ${program}: ${cause.message}`, {
          remedy: 'install the package that holds it',
          cause,
        }),
      );
    });
    child.once('exit', (code) => resolve(code ?? SIGNAL_EXIT_BASE));
  });
}
