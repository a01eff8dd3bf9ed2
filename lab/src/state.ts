import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { HeError, messageOf } from '@hosted-engine/ports';
import type { LabPaths } from './paths.js';
import type { ProcessIdentity } from './proc/process-identity.js';
import type { HostBind } from './site/boot-script.js';

/** What is known of a lab from its folder alone; the rest is asked of its site. */
export interface LabState {
  readonly version: 1;
  readonly name: string;
  readonly subnet: number;
  readonly hostCount: number;
  readonly binds: readonly HostBind[];
  /** PID 1 of the site: its end is the end of every process of the lab but the forwarder. */
  readonly site: ProcessIdentity;
  /** Set while the maker still works or for as long as a test owns the lab. */
  readonly owner: ProcessIdentity | undefined;
  readonly forwarder: ForwarderState | undefined;
}

export interface ForwarderState {
  readonly process: ProcessIdentity;
  readonly httpPort: number;
  readonly httpsPort: number;
}

/** @returns undefined when there is no lab in that folder. Rejects an unreadable state file. */
export function readState(paths: LabPaths): LabState | undefined {
  if (!existsSync(paths.state)) return undefined;
  try {
    const state = JSON.parse(readFileSync(paths.state, 'utf8')) as LabState;
    if (state.version !== 1) throw new Error(`unknown version ${String(state.version)}`);
    return state;
  } catch (error) {
    throw new HeError('HE_FAILED', `${paths.state} cannot be read: ${messageOf(error)}`, {
      remedy: 'Remove the lab with `lab remove`, or its folder by hand once nothing of it runs.',
      cause: error,
    });
  }
}

export function writeState(paths: LabPaths, state: LabState): void {
  writeFileSync(`${paths.state}.new`, `${JSON.stringify(state, undefined, 2)}\n`);
  renameSync(`${paths.state}.new`, paths.state);
}
