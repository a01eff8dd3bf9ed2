import type {
  Clock,
  DirectIo,
  LeaseManager,
  Log,
  Mounts,
  ProcessRunner,
} from '@hosted-engine/ports';
import type { RepoStats, VerbHandlers } from '@hosted-engine/vdsm';

/** What the storage side of hostd needs from outside; `main.ts` supplies it. */
export interface StorageDeps {
  readonly leases: LeaseManager;
  readonly mounts: Mounts;
  readonly directIo: DirectIo;
  readonly processes: ProcessRunner;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: StorageConfig;
}

export interface StorageConfig {
  /** vdsm.conf [sanlock] io_timeout: lockspaces are formatted and joined with it. @default 10 */
  readonly ioTimeoutS: number;
  /** @default /rhev/data-center */
  readonly dataCenterDir: string;
  /** Runtime links (`storage/`) and the state file that outlives this daemon. @default /run/vdsm */
  readonly runDir: string;
  /** vdsm:kvm, which own everything on a domain. @default 36:36 */
  readonly owner: { readonly uid: number; readonly gid: number };
}

export interface ImageRef {
  readonly sdUUID: string;
  readonly imgUUID: string;
  readonly volUUID: string;
}

/** A prepared volume: what a disk and its lease element in the domain XML need. */
export interface PreparedImage {
  /** `/run/vdsm/storage/<sd>/<img>/<vol>`. */
  readonly path: string;
  readonly leasePath: string;
  readonly leaseOffset: number;
}

export interface Storage {
  /** VdsmError 358 no domain, 254 no image, 201 no volume. Idempotent. */
  prepareImage(image: ImageRef): Promise<PreparedImage>;
  /** Removes the runtime link. Idempotent. */
  teardownImage(image: Pick<ImageRef, 'sdUUID' | 'imgUUID'>): Promise<void>;
  /** Of all monitored domains, or of those named. Never blocks. */
  repoStats(domains?: readonly string[]): Readonly<Record<string, RepoStats>>;
  /** sanlock says that this host does not hold its id in the domain. False while that is unknown. */
  isHostIdLost(sdUUID: string): boolean;
  /** The storage verbs of vdsm.md B1 to B3. */
  verbs(): StorageVerbs;
  /** Stops the monitors. Host ids, mounts and links stay as they are (I7). */
  close(): Promise<void>;
}

/** The handlers that the storage side implements. */
export type StorageVerbs = Partial<VerbHandlers>;
