/** Mounts of shared storage. Nothing here touches a mounted file system except `probe`. */
export interface Mounts {
  /**
   * Mounts; HeError HE_STORAGE_UNREACHABLE when the mount command fails, HE_STORAGE_TIMEOUT when it
   * does not end. The helper process of a FUSE file system outlives this daemon (I7).
   */
  mount(spec: MountSpec): Promise<void>;
  /** Unmounts; a target that is not mounted is success. `lazy` detaches a dead one. */
  unmount(target: string, options?: { readonly lazy?: boolean }): Promise<void>;
  /** What the kernel has mounted in this namespace, in order: a later entry covers an earlier one. */
  list(): Promise<readonly MountEntry[]>;
  /** Looks at the mount's root. `unknown`: no answer in time, or an earlier look has not ended. */
  probe(target: string): Promise<MountHealth>;
}

/** `dead`: the server or helper is gone for good (ENOTCONN, ESTALE); only a new mount helps. */
export type MountHealth = 'ok' | 'dead' | 'unknown';

export interface MountSpec {
  readonly source: string;
  readonly target: string;
  /** As given to `mount -t`. */
  readonly type: string;
  /** As given to `mount -o`; empty for none. */
  readonly options: string;
}

export interface MountEntry {
  readonly source: string;
  readonly target: string;
  readonly type: string;
}
