// One host's sanlock adapter in a process of its own, driven over IPC: the client library finds its
// daemon by the environment, so two hosts cannot share a process.

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { LeaseError, type LeaseManager } from '@hosted-engine/ports';
import { createSanlock } from '../../src/sanlock/sanlock-lease-manager.js';
import { createSystemClock } from '../../src/system-clock.js';

interface Request {
  readonly id: number;
  readonly part: keyof LeaseManager;
  readonly method: string;
  readonly args: readonly unknown[];
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly code: string; readonly message: string; readonly rv: number };
}

export interface RemoteLeases {
  readonly leases: LeaseManager;
  readonly child: ChildProcess;
}

/** Starts such a process for the daemon in `runDir`. */
export function startSanlockHost(runDir: string): RemoteLeases {
  const child = fork(fileURLToPath(import.meta.url), {
    env: { ...process.env, SANLOCK_RUN_DIR: runDir, HE_SANLOCK_HOST: '1' },
    execArgv: [],
  });
  const pending = new Map<number, (answer: Answer) => void>();
  child.on('message', (answer: Answer) => {
    pending.get(answer.id)?.(answer);
    pending.delete(answer.id);
  });
  let lastId = 0;
  const call = (part: keyof LeaseManager, method: string, args: readonly unknown[]) =>
    new Promise<unknown>((resolve, reject) => {
      const id = ++lastId;
      pending.set(id, ({ value, error }) => {
        if (error === undefined) resolve(value);
        else reject(new LeaseError(error.code, error.message, error.rv));
      });
      child.send({ id, part, method, args } satisfies Request);
    });
  const part = (name: keyof LeaseManager): unknown =>
    new Proxy(
      {},
      {
        get:
          (_, method) =>
          (...args: unknown[]) =>
            call(name, String(method), args),
      },
    );
  const leases = {
    areas: part('areas'),
    lockspaces: part('lockspaces'),
    holder: part('holder'),
  } as LeaseManager;
  return { leases, child };
}

function serve(): void {
  const leases = createSanlock({ clock: createSystemClock(), storageDeadlineMs: 4000 });
  process.on('message', ({ id, part, method, args }: Request) => {
    const target = leases[part] as unknown as Record<string, (...a: unknown[]) => Promise<unknown>>;
    const answer = (reply: Answer): void => {
      process.send?.(reply);
    };
    Promise.resolve(target[method]?.(...args)).then(
      (value) => answer({ id, value }),
      (error: unknown) => {
        const { code, message, rv } = error instanceof LeaseError ? error : unknownError(error);
        answer({ id, error: { code, message, rv } });
      },
    );
  });
}

function unknownError(error: unknown): LeaseError {
  return new LeaseError('UNEXPECTED', String(error));
}

if (process.env['HE_SANLOCK_HOST'] === '1') serve();
