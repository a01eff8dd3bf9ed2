/**
 * LeaseManager (see ports) on the sanlock daemon of this host, through libsanlock_client.
 *
 *   S1. Every call runs on a worker thread. Calls that make the daemon touch storage go one at a
 *       time per path, so that a hung mount costs one thread, whatever is asked of it.
 *   S2. -ENOENT is ambiguous (no lockspace, or no daemon socket): the daemon is then asked for its
 *       version before the answer is believed (L2).
 *   S3. A lockspace is left with REM_UNUSED only: without it sanlock kills every process that holds
 *       a lease, our VM among them (L4, I7).
 */
import {
  type Clock,
  HeError,
  LeaseError,
  type LeaseHost,
  type LeaseManager,
  type LeaseResource,
  type LockspaceArea,
  type LockspaceState,
  OneAtATime,
  type ResourceState,
} from '@hosted-engine/ports';
import { loadSanlockLibrary, type SanlockFunction, type SanlockLibrary } from './library.js';
import { isDaemonMissing, nameOfResult } from './return-codes.js';
import { decodeHosts, decodeResourceVersion, encodeLockspace, encodeResource } from './structs.js';

const ADD_ASYNC = 1;
const REM_UNUSED = 2;
/** Hosts that a resource has room for; sanlock's own default for 1 MiB areas. */
const DEFAULT_HOSTS = 0;

export interface SanlockOptions {
  readonly clock: Clock;
  /** For calls answered from the daemon's memory. @default 5000 */
  readonly answerDeadlineMs?: number;
  /** For calls that read or write storage; above sanlock's own time-outs. @default 30000 */
  readonly storageDeadlineMs?: number;
  /** For taking a lease, which waits until sanlock calls a dying owner dead. @default 200000 */
  readonly acquireDeadlineMs?: number;
}

type Args = Parameters<SanlockLibrary['call']>[1];

/** Loads the library at once; the daemon may come and go. HE_HOST_UNSUITABLE without the library. */
export function createSanlock(options: SanlockOptions): LeaseManager {
  const client = new SanlockClient(loadSanlockLibrary(), options);
  return {
    areas: {
      writeLockspace: (area, ioTimeoutS) => client.writeLockspace(area, ioTimeoutS),
      readLockspace: (area) => client.readLockspace(area),
      writeResource: (resource) => client.writeResource(resource),
      readResource: (resource) => client.readResource(resource),
    },
    lockspaces: {
      join: (area, hostId, ioTimeoutS) => client.join(area, hostId, ioTimeoutS),
      state: (area, hostId) => client.state(area, hostId),
      leave: (area, hostId) => client.leave(area, hostId),
      hosts: (lockspace) => client.hosts(lockspace),
    },
    holder: {
      acquire: (resource) => client.acquire(resource),
      release: (resource) => client.release(resource),
    },
  };
}

class SanlockClient {
  readonly #library: SanlockLibrary;
  readonly #clock: Clock;
  readonly #answerMs: number;
  readonly #storageMs: number;
  readonly #acquireMs: number;
  /** One a path, kept: there are as many as volumes in use. */
  readonly #lanes = new Map<string, OneAtATime>();
  /** The registered connection by which this process holds leases; sanlock frees them when it closes. */
  #socket: number | undefined;

  constructor(library: SanlockLibrary, options: SanlockOptions) {
    this.#library = library;
    this.#clock = options.clock;
    this.#answerMs = options.answerDeadlineMs ?? 5000;
    this.#storageMs = options.storageDeadlineMs ?? 30_000;
    this.#acquireMs = options.acquireDeadlineMs ?? 200_000;
  }

  async writeLockspace(area: LockspaceArea, ioTimeoutS: number): Promise<void> {
    const args = [encodeLockspace(area, 0), DEFAULT_HOSTS, 0, ioTimeoutS];
    await this.#onStorage('sanlock_write_lockspace', area.path, args);
  }

  async readLockspace(area: LockspaceArea): Promise<{ readonly ioTimeoutS: number }> {
    const ioTimeout = Buffer.alloc(4);
    const args = [encodeLockspace(area, 1), 0, ioTimeout];
    await this.#onStorage('sanlock_read_lockspace', area.path, args);
    return { ioTimeoutS: ioTimeout.readUInt32LE(0) };
  }

  async writeResource(resource: LeaseResource): Promise<void> {
    const args = [encodeResource(resource), DEFAULT_HOSTS, DEFAULT_HOSTS, 0];
    await this.#onStorage('sanlock_write_resource', resource.path, args);
  }

  async readResource(resource: LeaseResource): Promise<ResourceState> {
    const bytes = encodeResource(resource);
    const pointer = Buffer.alloc(8);
    const count = Buffer.alloc(4);
    const args = [bytes, 0, pointer, count];
    await this.#onStorage('sanlock_read_resource_owners', resource.path, args);
    const owners = decodeHosts(this.#library.takeHosts(pointer, count));
    return {
      version: decodeResourceVersion(bytes),
      owners: owners.map(({ hostId, generation }) => ({ hostId, generation })),
    };
  }

  async join(area: LockspaceArea, hostId: number, ioTimeoutS: number): Promise<void> {
    const args = [encodeLockspace(area, hostId), ADD_ASYNC, ioTimeoutS];
    try {
      await this.#fromMemory('sanlock_add_lockspace_timeout', area.lockspace, args);
    } catch (error) {
      if (error instanceof LeaseError && ['EEXIST', 'EINPROGRESS'].includes(error.code)) return;
      throw error;
    }
  }

  async state(area: LockspaceArea, hostId: number): Promise<LockspaceState> {
    try {
      const args = [encodeLockspace(area, hostId), 0];
      await this.#fromMemory('sanlock_inq_lockspace', area.lockspace, args);
      return 'joined';
    } catch (error) {
      if (!(error instanceof LeaseError)) throw error;
      if (error.code === 'ENOENT') return 'absent';
      if (error.code === 'EINPROGRESS') return 'joining';
      throw error;
    }
  }

  async leave(area: LockspaceArea, hostId: number): Promise<void> {
    const args = [encodeLockspace(area, hostId), REM_UNUSED];
    try {
      await this.#onStorage('sanlock_rem_lockspace', area.path, args);
    } catch (error) {
      if (error instanceof LeaseError && error.code === 'ENOENT') return;
      throw error;
    }
  }

  async hosts(lockspace: string): Promise<readonly LeaseHost[]> {
    const pointer = Buffer.alloc(8);
    const count = Buffer.alloc(4);
    const args = [lockspace, 0, pointer, count, 0];
    await this.#fromMemory('sanlock_get_hosts', lockspace, args);
    return decodeHosts(this.#library.takeHosts(pointer, count));
  }

  async acquire(resource: LeaseResource): Promise<void> {
    const socket = await this.#registered();
    let isAbandoned = false;
    try {
      await this.#call('sanlock_acquire', `hold ${resource.path}`, this.#acquireMs, async () => {
        const rv = await this.#withResource('sanlock_acquire', socket, resource, [0n]);
        // The caller was told that nothing is known; a lease granted after that is given back.
        if (isAbandoned && rv >= 0)
          await this.#withResource('sanlock_release', socket, resource, []);
        return rv;
      });
    } catch (error) {
      isAbandoned = true;
      // It is ours already: a lease is taken once, however often it is asked for.
      if (error instanceof LeaseError && error.code === 'EEXIST') return;
      throw error;
    }
  }

  async release(resource: LeaseResource): Promise<void> {
    const socket = this.#socket;
    // Without a connection of ours nothing can be held.
    if (socket === undefined) return;
    try {
      await this.#call('sanlock_release', `hold ${resource.path}`, this.#storageMs, () =>
        this.#withResource('sanlock_release', socket, resource, []),
      );
    } catch (error) {
      // EPERM is sanlock's word for a lease that this connection does not hold.
      if (error instanceof LeaseError && error.code === 'EPERM') return;
      throw error;
    }
  }

  #withResource(
    name: SanlockFunction,
    socket: number,
    resource: LeaseResource,
    tail: Args,
  ): Promise<number> {
    const bytes = encodeResource(resource);
    const list = Buffer.alloc(8);
    list.writeBigUInt64LE(this.#library.addressOf(bytes));
    return this.#library.call(name, [socket, -1, 0, 1, list, ...tail], [bytes]);
  }

  async #registered(): Promise<number> {
    this.#socket ??= await this.#fromMemory('sanlock_register', 'register', []);
    return this.#socket;
  }

  #onStorage(name: SanlockFunction, path: string, args: Args): Promise<number> {
    const lane = `storage ${path}`;
    return this.#call(name, lane, this.#storageMs, () => this.#library.call(name, args));
  }

  #fromMemory(name: SanlockFunction, key: string, args: Args): Promise<number> {
    const lane = `memory ${key}`;
    return this.#call(name, lane, this.#answerMs, () => this.#library.call(name, args));
  }

  async #call(
    name: SanlockFunction,
    key: string,
    deadlineMs: number,
    operation: () => Promise<number>,
  ): Promise<number> {
    const lane = this.#lanes.get(key) ?? new OneAtATime(this.#clock);
    this.#lanes.set(key, lane);
    try {
      const rv = await lane.run(name, deadlineMs, operation);
      if (rv < 0) throw await this.#errorOf(name, rv);
      return rv;
    } catch (error) {
      if (error instanceof HeError && error.code === 'HE_STORAGE_TIMEOUT') {
        throw new LeaseError('TIMEOUT', error.message);
      }
      throw error;
    }
  }

  async #errorOf(name: SanlockFunction, rv: number): Promise<LeaseError> {
    const code = nameOfResult(rv);
    const missing = isDaemonMissing(rv) || (code === 'ENOENT' && !(await this.#answers()));
    if (missing) {
      this.#socket = undefined;
      return new LeaseError('UNREACHABLE', `${name}: the sanlock daemon does not answer`);
    }
    return new LeaseError(code, `${name}: ${code} (${rv})`, rv);
  }

  async #answers(): Promise<boolean> {
    const [version, proto] = [Buffer.alloc(4), Buffer.alloc(4)];
    return (await this.#library.call('sanlock_version', [0, version, proto])) >= 0;
  }
}
