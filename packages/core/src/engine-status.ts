import type { Fact } from './fact.js';

/** What the host daemon says of the engine VM on this host. Absent means: not in its table. */
export type VmView =
  | { readonly kind: 'absent' }
  | { readonly kind: 'down'; readonly cause: DownCause; readonly detail: string }
  /** A start was issued and has no guest yet: it may be parked on the lease. Nobody's "up". */
  | { readonly kind: 'waiting' }
  /** It is migrated to this host and does not run here yet. */
  | { readonly kind: 'incoming' }
  | { readonly kind: 'running'; readonly status: string; readonly pause?: 'io-error' | 'other' };

/** Every view but a VM on its way in: over that one its source decides. */
export type SettledVm = Exclude<VmView, { kind: 'incoming' }>;

export type DownCause =
  /** Another host has the lease (I4): costs nothing. */
  | 'lease-held'
  | 'migrated-away'
  /** Shut down from inside, or by hand: the admin's short cut to maintenance. */
  | 'shut-down'
  /** QEMU died under a running guest. */
  | 'crashed'
  /** The start itself failed: bad image, no memory, bad definition. */
  | 'start-failed';

export type Health = 'good' | 'bad';

/** The object in token 5 of a slot (ha-daemon.md 1). */
export interface EngineStatus {
  readonly vm: 'up' | 'down' | 'down_unexpected' | 'down_missing' | 'unknown';
  readonly health: 'good' | 'bad' | 'unknown';
  readonly detail: string;
  readonly reason?: string;
}

/**
 * What this host publishes about the VM. `wasUp` tells a VM that went away from one that was never here.
 * Details keep VDSM's words, so that tools which know the original read ours.
 */
export function engineStatusOf(
  vm: Fact<VmView>,
  health: Fact<Health>,
  wasUp: boolean,
): EngineStatus {
  if (vm.kind === 'unknown') {
    return { vm: 'unknown', health: 'unknown', detail: 'unknown', reason: vm.why };
  }
  const view = vm.value;
  switch (view.kind) {
    case 'absent':
      return {
        vm: wasUp ? 'down_missing' : 'down',
        health: 'bad',
        detail: 'unknown',
        reason: 'vm not running on this host',
      };
    case 'down': {
      const plain = view.cause === 'lease-held' || view.cause === 'migrated-away' || !wasUp;
      return {
        vm: plain ? 'down' : 'down_unexpected',
        health: 'bad',
        detail: 'Down',
        reason: view.detail === '' ? 'bad vm status' : view.detail,
      };
    }
    case 'waiting':
      return { vm: 'up', health: 'bad', detail: 'WaitForLaunch', reason: 'bad vm status' };
    case 'incoming':
      return {
        vm: 'down',
        health: 'bad',
        detail: 'Migration Destination',
        reason: 'bad vm status',
      };
    case 'running':
      if (view.status !== 'Up' && !MIGRATING_SOURCE.has(view.status)) {
        return { vm: 'up', health: 'bad', detail: view.status, reason: 'bad vm status' };
      }
      if (health.kind === 'unknown') {
        return { vm: 'up', health: 'unknown', detail: view.status, reason: health.why };
      }
      return health.value === 'good'
        ? { vm: 'up', health: 'good', detail: view.status }
        : { vm: 'up', health: 'bad', detail: view.status, reason: 'failed liveliness check' };
  }
}

/** The guest still runs here while it is sent away. */
const MIGRATING_SOURCE: ReadonlySet<string> = new Set(['Migration Source']);

/** A peer that only waits for the lease does not run the engine (house.md 6). */
export function runsEngine(status: EngineStatus): boolean {
  return status.vm === 'up' && status.detail !== 'WaitForLaunch';
}

/** Told to run, but stopped on an error: it executes nothing. */
export function isPaused(status: EngineStatus): boolean {
  return status.vm === 'up' && status.detail.toLowerCase() === 'paused';
}

export function waitsForLease(status: EngineStatus): boolean {
  return status.vm === 'up' && status.detail === 'WaitForLaunch';
}
