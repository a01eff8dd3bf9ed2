import { type Fact, known, unknown } from '../fact.js';
import type { LeaseLook, OwnerState } from './observation.js';

/** What was read of the lease's owner; the same shape as the port's. */
export type OwnerReading =
  | { readonly kind: 'free' }
  | { readonly kind: 'held'; readonly hostId: number; readonly generation: number }
  | { readonly kind: 'unknown'; readonly why: string };

export interface LockspaceReading {
  readonly state: 'free' | 'live' | 'fail' | 'dead' | 'unknown';
  readonly generation: number;
  readonly deadInS?: number;
}

/** Puts the lease's owner together with sanlock's view of that host id. */
export function lookAtLease(
  owner: OwnerReading,
  hosts: ReadonlyMap<number, LockspaceReading> | 'unknown',
): Fact<LeaseLook> {
  switch (owner.kind) {
    case 'unknown':
      return unknown(owner.why);
    case 'free':
      return known({ kind: 'free' });
    case 'held': {
      const host = hosts === 'unknown' ? undefined : hosts.get(owner.hostId);
      return known({
        kind: 'held',
        byHostId: owner.hostId,
        owner: ownerState(owner.generation, host),
        grantableInS: host?.deadInS,
      });
    }
  }
}

function ownerState(generation: number, host: LockspaceReading | undefined): OwnerState {
  if (host === undefined) return 'unknown';
  // The host joined anew since it took the lease: sanlock grants the old one at once.
  if (host.generation > generation) return 'gone';
  switch (host.state) {
    case 'live':
      return 'live';
    case 'fail':
      return 'failing';
    case 'dead':
    case 'free':
      return 'gone';
    case 'unknown':
      return 'unknown';
  }
}
