import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeError, isErrno } from '@hosted-engine/ports';
import { identify, isAlive, type ProcessIdentity } from './proc/process-identity.js';

const RETRY_MS = 100;
/** Longer than any make or remove takes. */
const WAIT_MS = 60_000;

function take(path: string): boolean {
  // A file with its text appears at once by link(2): no reader sees half a lock.
  const own = `${path}.${process.pid}`;
  writeFileSync(own, JSON.stringify(identify(process.pid)));
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

function isStale(path: string): boolean {
  try {
    return !isAlive(JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}

/** Runs `act` while no other process holds the lock. A dead holder's lock is taken over. */
export async function withLock<T>(path: string, act: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  const started = performance.now();
  while (!take(path)) {
    if (isStale(path)) rmSync(path, { force: true });
    else if (performance.now() - started > WAIT_MS) {
      throw new HeError('HE_ALREADY_RUNNING', `another command is working on ${path}`);
    } else await sleep(RETRY_MS);
  }
  try {
    return await act();
  } finally {
    rmSync(path, { force: true });
  }
}
