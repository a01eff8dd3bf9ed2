/** sanlock's own judgement of a host id in the domain's lockspace (SANLK_HOST_*). */
export type LockspaceHostState = 'free' | 'live' | 'fail' | 'dead' | 'unknown';

/** Who owns the engine VM's volume lease, as read from disk. */
export type LeaseOwner =
  | { readonly kind: 'free' }
  | { readonly kind: 'held'; readonly hostId: number; readonly generation: number }
  /** Storage or sanlock did not answer. Anyone may hold the lease (I5). */
  | { readonly kind: 'unknown'; readonly why: string };

/**
 * A look at leases. Reading them never replaces taking one (I3): it only spares attempts.
 * Every method settles within its deadline; no answer is `unknown`, never `free`.
 */
export interface LeaseView {
  /** The owner of the engine VM's volume lease. */
  owner(): Promise<LeaseOwner>;
  /** State and generation of each host id in the domain's lockspace; absent = never joined. */
  hosts(): Promise<ReadonlyMap<number, LockspaceHost> | 'unknown'>;
}

export interface LockspaceHost {
  readonly state: LockspaceHostState;
  readonly generation: number;
  /** Seconds until sanlock will call it dead; undefined when it is live, dead or unknown. */
  readonly deadInS?: number;
}
