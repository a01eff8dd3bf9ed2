import type { Clock } from '../clock.js';
import { HeError } from '../he-error.js';
import {
  LeaseError,
  type LeaseHost,
  type LeaseManager,
  type LeaseResource,
  type LockspaceArea,
} from '../lease-manager.js';
import { OneAtATime } from '../one-at-a-time.js';
import { FaultyStorage } from './faulty-storage.js';

/** What lies on the shared storage: give the same one to each host. */
export class SharedLeases {
  readonly lockspaces = new Map<string, LockspaceRecord>();
  readonly resources = new Map<string, ResourceRecord>();
}

interface LockspaceRecord {
  readonly name: string;
  readonly ioTimeoutS: number;
  /** By host id. */
  readonly ids: Map<
    number,
    { readonly host: string; readonly generation: number; isHeld: boolean }
  >;
}

interface ResourceRecord {
  readonly lockspace: string;
  readonly resource: string;
  version: number;
  owner: { readonly hostId: number; readonly generation: number } | undefined;
}

export interface MemoryLeasesOptions {
  readonly shared: SharedLeases;
  /** The host's name in lockspaces. */
  readonly host: string;
  readonly clock: Clock;
  readonly storage?: FaultyStorage;
  /** @default 30000 */
  readonly deadlineMs?: number;
}

/** sanlock on one host, in memory: joining takes three io_timeouts, as it does in life. */
export class MemoryLeases implements LeaseManager {
  readonly #options: MemoryLeasesOptions;
  readonly #storage: FaultyStorage;
  readonly #turns = new Map<string, OneAtATime>();
  /** By lockspace name. */
  readonly #joined = new Map<
    string,
    { readonly key: string; readonly hostId: number; isReady: boolean }
  >();
  readonly #held = new Set<string>();
  /** Whether the daemon runs. */
  isRunning = true;

  constructor(options: MemoryLeasesOptions) {
    this.#options = options;
    this.#storage = options.storage ?? new FaultyStorage();
  }

  /** The daemon has given up a lockspace, as after lost storage. */
  loseLockspace(lockspace: string): void {
    this.#joined.delete(lockspace);
  }

  readonly areas: LeaseManager['areas'] = {
    writeLockspace: (area, ioTimeoutS) =>
      this.#onStorage(area.path, () => {
        const record = { name: area.lockspace, ioTimeoutS, ids: new Map() };
        this.#options.shared.lockspaces.set(keyOf(area), record);
      }),
    readLockspace: (area) =>
      this.#onStorage(area.path, () => ({ ioTimeoutS: this.#lockspace(area).ioTimeoutS })),
    writeResource: (resource) =>
      this.#onStorage(resource.path, () => {
        const { lockspace, resource: name } = resource;
        const record = { lockspace, resource: name, version: 0, owner: undefined };
        this.#options.shared.resources.set(keyOf(resource), record);
      }),
    readResource: (resource) =>
      this.#onStorage(resource.path, () => {
        const { version, owner } = this.#resource(resource);
        return { version, owners: owner === undefined ? [] : [owner] };
      }),
  };

  readonly lockspaces: LeaseManager['lockspaces'] = {
    join: async (area, hostId) => {
      this.#assertRunning();
      const known = this.#joined.get(area.lockspace);
      if (known !== undefined) {
        if (known.hostId !== hostId) throw new LeaseError('EINVAL', 'joined with another host id');
        return;
      }
      const entry = { key: keyOf(area), hostId, isReady: false };
      this.#joined.set(area.lockspace, entry);
      void this.#finishJoin(area, hostId, entry);
    },
    state: async (area, hostId) => {
      this.#assertRunning();
      const known = this.#joined.get(area.lockspace);
      if (known === undefined || known.hostId !== hostId) return 'absent';
      return known.isReady ? 'joined' : 'joining';
    },
    leave: (area, hostId) =>
      this.#onStorage(area.path, () => {
        const known = this.#joined.get(area.lockspace);
        if (known === undefined || known.hostId !== hostId) return;
        const uses = [...this.#held].some(
          (key) => this.#options.shared.resources.get(key)?.lockspace === area.lockspace,
        );
        if (uses) throw new LeaseError('EBUSY', 'a process holds a lease', -16);
        this.#joined.delete(area.lockspace);
        const id = this.#lockspace(area).ids.get(hostId);
        if (id !== undefined) id.isHeld = false;
      }),
    hosts: async (lockspace) => {
      this.#assertRunning();
      const known = this.#joined.get(lockspace);
      const record = known && this.#options.shared.lockspaces.get(known.key);
      if (record === undefined) throw new LeaseError('ENOENT', 'not joined', -2);
      return [...record.ids].map(
        ([hostId, id]): LeaseHost => ({
          hostId,
          generation: id.generation,
          timestamp: id.isHeld ? Math.floor(this.#options.clock.monotonicS()) : 0,
          ioTimeoutS: record.ioTimeoutS,
          state: id.isHeld ? 'live' : 'free',
        }),
      );
    },
  };

  readonly holder: LeaseManager['holder'] = {
    acquire: (resource) =>
      this.#onStorage(`hold ${resource.path}`, () => {
        const known = this.#joined.get(resource.lockspace);
        if (known?.isReady !== true) throw new LeaseError('ENOSPC', 'lockspace not joined', -28);
        const record = this.#resource(resource);
        const lockspace = this.#options.shared.lockspaces.get(known.key);
        const { owner } = record;
        if (owner?.hostId === known.hostId) return;
        if (owner !== undefined && lockspace?.ids.get(owner.hostId)?.isHeld === true) {
          throw new LeaseError('SANLK_ACQUIRE_IDLIVE', 'held by another host', -243);
        }
        record.owner = {
          hostId: known.hostId,
          generation: lockspace?.ids.get(known.hostId)?.generation ?? 1,
        };
        record.version++;
        this.#held.add(keyOf(resource));
      }),
    release: (resource) =>
      this.#onStorage(`hold ${resource.path}`, () => {
        if (!this.#held.delete(keyOf(resource))) return;
        this.#resource(resource).owner = undefined;
      }),
  };

  async #finishJoin(
    area: LockspaceArea,
    hostId: number,
    entry: { isReady: boolean },
  ): Promise<void> {
    const { clock, host, shared } = this.#options;
    const record = shared.lockspaces.get(keyOf(area));
    await clock.sleep(3000 * (record?.ioTimeoutS ?? 1));
    const current = record?.ids.get(hostId);
    const isTaken = current?.isHeld === true && current.host !== host;
    if (record === undefined || isTaken) {
      // Asynchronous joins fail without a word.
      if (this.#joined.get(area.lockspace) === entry) this.#joined.delete(area.lockspace);
      return;
    }
    const generation = (current?.generation ?? 0) + 1;
    record.ids.set(hostId, { host, generation, isHeld: true });
    entry.isReady = true;
  }

  #lockspace(area: LockspaceArea): LockspaceRecord {
    const record = this.#options.shared.lockspaces.get(keyOf(area));
    if (record === undefined) throw new LeaseError('SANLK_LEADER_MAGIC', 'no lockspace', -223);
    return record;
  }

  #resource(resource: LeaseResource): ResourceRecord {
    const record = this.#options.shared.resources.get(keyOf(resource));
    if (record === undefined) throw new LeaseError('SANLK_LEADER_MAGIC', 'no resource', -223);
    return record;
  }

  #assertRunning(): void {
    if (!this.isRunning) throw new LeaseError('UNREACHABLE', 'the sanlock daemon does not answer');
  }

  async #onStorage<T>(path: string, operation: () => T): Promise<T> {
    this.#assertRunning();
    const turn = this.#turns.get(path) ?? new OneAtATime(this.#options.clock);
    this.#turns.set(path, turn);
    try {
      const { deadlineMs = 30_000 } = this.#options;
      return await turn.run(path, deadlineMs, () => this.#storage.run(operation));
    } catch (error) {
      if (!(error instanceof HeError)) throw error;
      const code = error.code === 'HE_STORAGE_TIMEOUT' ? 'TIMEOUT' : 'SANLK_LEADER_READ';
      throw new LeaseError(code, error.message);
    }
  }
}

function keyOf(area: { readonly path: string; readonly offset: number }): string {
  return `${area.path}#${area.offset}`;
}
