import type { LockspaceHostState } from './lease-view.js';

/**
 * What sanlock does for us, in three parts that fail together: formatting and reading lease areas,
 * membership of lockspaces, and leases held by this process.
 *
 * Contract, checked for every adapter by `contract/lease-manager.contract.ts`:
 *   L1. Each call settles within its deadline. Past it the call rejects with LeaseError `TIMEOUT`:
 *       what happened is unknown, and a further call on the same path waits or times out too,
 *       it is never sent on top of the hung one.
 *   L2. A missing daemon is `UNREACHABLE`, never `ENOENT`.
 *   L3. Joining is idempotent; a lockspace joined by a former process of ours counts as joined.
 *   L4. Leaving a lockspace in which a process still holds a lease is refused (`EBUSY`): leaving
 *       never kills anything (I7).
 */
export interface LeaseManager {
  readonly areas: LeaseAreas;
  readonly lockspaces: Lockspaces;
  readonly holder: LeaseHolder;
}

/** Lease areas on storage. Paths are plain: a ":" in them needs no escape. */
export interface LeaseAreas {
  /** Formats a lockspace for `maxHosts` hosts; each record carries `ioTimeoutS`. */
  writeLockspace(lockspace: LockspaceArea, ioTimeoutS: number): Promise<void>;
  /** The io_timeout (seconds) it was formatted with. `SANLK_LEADER_MAGIC` or `EMSGSIZE` when it is none. */
  readLockspace(lockspace: LockspaceArea): Promise<{ readonly ioTimeoutS: number }>;
  /** Formats a resource. The caller has made sure that nobody uses it. */
  writeResource(resource: LeaseResource): Promise<void>;
  /** Version and owners as on storage; no owner = free. Shared owners are all listed. */
  readResource(resource: LeaseResource): Promise<ResourceState>;
}

export interface Lockspaces {
  /**
   * Begins to take host id `hostId`; returns at once. `state` tells how it went. With a wrong
   * io_timeout the other hosts misjudge our death (lab-facts), so it is given here too.
   */
  join(lockspace: LockspaceArea, hostId: number, ioTimeoutS: number): Promise<void>;
  state(lockspace: LockspaceArea, hostId: number): Promise<LockspaceState>;
  /** Waits until the host id is released on storage. `EBUSY` while a process holds a lease. */
  leave(lockspace: LockspaceArea, hostId: number): Promise<void>;
  /**
   * Judgement of each host id seen in a joined lockspace. `ENOENT` when it is not joined,
   * `EAGAIN` for a moment after joining.
   */
  hosts(lockspace: string): Promise<readonly LeaseHost[]>;
}

/** Leases held by this process: sanlock releases them when the process ends. */
export interface LeaseHolder {
  /**
   * `SANLK_ACQUIRE_IDLIVE` and the like when another host holds it (see `isHeldElsewhere`),
   * `ENOSPC` when the lockspace is not joined. Idempotent, as is `release`.
   */
  acquire(resource: LeaseResource): Promise<void>;
  release(resource: LeaseResource): Promise<void>;
}

export interface LockspaceArea {
  readonly lockspace: string;
  readonly path: string;
  readonly offset: number;
}

export interface LeaseResource {
  readonly lockspace: string;
  readonly resource: string;
  readonly path: string;
  readonly offset: number;
}

export interface ResourceState {
  readonly version: number;
  readonly owners: readonly { readonly hostId: number; readonly generation: number }[];
}

export type LockspaceState = 'joined' | 'joining' | 'absent';

export interface LeaseHost {
  readonly hostId: number;
  readonly generation: number;
  /** That host's own monotonic clock at its last renewal; comparable only with itself. */
  readonly timestamp: number;
  readonly ioTimeoutS: number;
  readonly state: LockspaceHostState;
}

/** A named failure: `TIMEOUT`, `UNREACHABLE`, an errno name, or sanlock's own `SANLK_…` name. */
export class LeaseError extends Error {
  readonly code: string;
  /** sanlock's number, e.g. -243; 0 for `TIMEOUT` and `UNREACHABLE`. */
  readonly rv: number;

  constructor(code: string, message: string, rv = 0) {
    super(message);
    this.name = 'LeaseError';
    this.code = code;
    this.rv = rv;
  }
}

/** The lease is another host's: losing it is normal and costs nothing (I4). */
export function isHeldElsewhere(error: unknown): boolean {
  return (
    error instanceof LeaseError &&
    (error.code === 'SANLK_ACQUIRE_IDLIVE' ||
      error.code === 'SANLK_ACQUIRE_OWNED' ||
      error.code === 'SANLK_ACQUIRE_OTHER')
  );
}
