import { existsSync, rmSync } from 'node:fs';
import { HeError } from '@hosted-engine/ports';
import type { LabPaths } from './paths.js';
import { isAlive, type ProcessIdentity, signalProcess } from './proc/process-identity.js';
import { readState } from './state.js';
import { until, when } from './until.js';

const END_SECONDS = 20;

async function end(what: string, identity: ProcessIdentity): Promise<void> {
  signalProcess(identity, 'SIGKILL');
  await until(() => when(!isAlive(identity), `${what} still runs`), END_SECONDS, `end of ${what}`);
}

/**
 * Removes whatever is left of a lab: its processes (by the pids in its state file, if they are
 * still those very processes), with them its mounts and interfaces, which live in its namespaces
 * only, and its folder. Never anything else.
 */
export async function removeRemains(paths: LabPaths): Promise<void> {
  if (!existsSync(paths.dir)) return;
  const state = readState(paths);
  if (state === undefined && !isLabFolder(paths)) {
    throw new HeError('HE_FAILED', `${paths.dir} is not the folder of a lab; it is left alone`);
  }
  if (state?.forwarder !== undefined) await end('the forwarder', state.forwarder.process);
  if (state !== undefined) await end('the site', state.site);
  rmSync(paths.dir, { recursive: true, force: true, maxRetries: 5 });
}

/** A maker killed before it wrote the state leaves this much. */
function isLabFolder(paths: LabPaths): boolean {
  return existsSync(paths.storage);
}
