// One or two hosts' storage sides on a folder that plays the shared storage.

import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {
  type DirectIo,
  HeError,
  type Log,
  type MountSpec,
  type Mounts,
  type ProcessRunner,
} from '@hosted-engine/ports';
import { FaultyStorage } from '@hosted-engine/ports/fakes/faulty-storage';
import { ManualClock } from '@hosted-engine/ports/fakes/manual-clock';
import { MemoryLeases, SharedLeases } from '@hosted-engine/ports/fakes/memory-leases';
import {
  type CallContext,
  STORAGE_TYPE,
  type TaskStatus,
  VdsmError,
  type VerbName,
  type VerbParams,
  type VerbResult,
} from '@hosted-engine/vdsm';
import { createStorage } from '../../src/storage/create-storage.js';
import type { Storage } from '../../src/storage/types.js';

export const SD = '21d36d5b-a88b-44b1-887a-83f230505886';
export const IMG = 'b9c996f2-5d39-409e-9e76-df7c906c1c6f';
export const VOL = 'c0ffee00-0000-4000-8000-000000000001';
export const SP = 'd0ffee00-0000-4000-8000-000000000001';
export const BLANK = '00000000-0000-0000-0000-000000000000';
export const CONNECTION = '5b3a1111-0000-4000-8000-000000000001';

const STEP_MS = 100;

const CONTEXT: CallContext = {
  signal: new AbortController().signal,
  peerAddress: '127.0.0.1',
  localAddress: '127.0.0.1',
  correlationId: undefined,
};

const silent: Log = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};

/** A mount that is a link to its source; nothing of the machine is touched. */
class LinkMounts implements Mounts {
  readonly #mounted: MountSpec[] = [];

  async mount(spec: MountSpec): Promise<void> {
    const isThere = await fs.stat(spec.source).catch(() => undefined);
    if (isThere === undefined) {
      throw new HeError('HE_STORAGE_UNREACHABLE', `cannot mount ${spec.source}: no such path`);
    }
    await fs.rmdir(spec.target);
    await fs.symlink(spec.source, spec.target);
    this.#mounted.push(spec);
  }

  async unmount(target: string): Promise<void> {
    const at = this.#mounted.findIndex((spec) => spec.target === target);
    if (at < 0) return;
    this.#mounted.splice(at, 1);
    await fs.rm(target);
    await fs.mkdir(target);
  }

  async list() {
    return this.#mounted;
  }

  async probe() {
    return 'ok' as const;
  }
}

/** Plain file operations through the faults. */
function plainIo(storage: FaultyStorage): DirectIo {
  return {
    open: (name) =>
      storage.run(async () => {
        const handle = await fs.open(name, 'r+').catch((error: unknown) => {
          throw new HeError('HE_STORAGE_UNREACHABLE', String(error));
        });
        return {
          read: (offset, size) =>
            storage.run(async () => {
              const bytes = new Uint8Array(size);
              const { bytesRead } = await handle.read(bytes, 0, size, offset);
              return bytes.subarray(0, bytesRead);
            }),
          write: (offset, bytes) =>
            storage.run(async () => {
              await handle.write(bytes, 0, bytes.length, offset);
            }),
          close: () => handle.close(),
        };
      }),
  };
}

export class StorageFixture {
  readonly dir: string;
  readonly clock = new ManualClock();
  readonly shared = new SharedLeases();
  readonly source: string;
  readonly #hosts: StorageHost[] = [];

  private constructor(dir: string) {
    this.dir = dir;
    this.source = path.join(dir, 'export_a');
  }

  static async create(): Promise<StorageFixture> {
    const fixture = new StorageFixture(await fs.mkdtemp(path.join(os.tmpdir(), 'he-storage-')));
    await fs.mkdir(fixture.source);
    return fixture;
  }

  async host(name = 'host-1'): Promise<StorageHost> {
    const host = new StorageHost(this, name);
    await host.start();
    this.#hosts.push(host);
    return host;
  }

  async dispose(): Promise<void> {
    for (const host of this.#hosts) await host.stop();
    await fs.rm(this.dir, { recursive: true });
  }
}

export class StorageHost {
  readonly dir: string;
  readonly leases: MemoryLeases;
  readonly faults = new FaultyStorage();
  readonly mounts = new LinkMounts();
  /** Whether vdsm:kvm may use what is mounted. */
  isAccessAllowed = true;
  readonly #fixture: StorageFixture;
  #storage: Storage | undefined;

  constructor(fixture: StorageFixture, name: string) {
    this.#fixture = fixture;
    this.dir = path.join(fixture.dir, name);
    this.leases = new MemoryLeases({
      shared: fixture.shared,
      host: name,
      clock: fixture.clock,
    });
  }

  get storage(): Storage {
    if (this.#storage === undefined) throw new Error('the host is not started');
    return this.#storage;
  }

  async start(): Promise<void> {
    const processes: ProcessRunner = {
      run: async (command) => ({
        code: command === 'setpriv' && this.isAccessAllowed ? 0 : 1,
        stdout: '',
        stderr: '',
      }),
    };
    this.#storage = await createStorage({
      leases: this.leases,
      mounts: this.mounts,
      directIo: plainIo(this.faults),
      processes,
      clock: this.#fixture.clock,
      log: silent,
      config: {
        ioTimeoutS: 1,
        dataCenterDir: path.join(this.dir, 'rhev'),
        runDir: path.join(this.dir, 'run'),
        owner: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
      },
    });
  }

  async stop(): Promise<void> {
    const closing = this.#storage?.close();
    await this.#fixture.clock.advance(2000);
    await closing;
  }

  async call<V extends VerbName>(verb: V, params: VerbParams<V>): Promise<VerbResult<V>> {
    const handler = this.storage.verbs()[verb];
    if (handler === undefined) throw new Error(`${verb} is not served`);
    return await handler(params, CONTEXT);
  }

  async connect(source = this.#fixture.source, extra: object = {}): Promise<number | undefined> {
    const [status] = await this.call('StoragePool.connectStorageServer', {
      storagepoolID: BLANK,
      domainType: STORAGE_TYPE.POSIXFS,
      connectionParams: [{ id: CONNECTION, connection: source, vfs_type: 'fuse.bindfs', ...extra }],
    });
    return status?.status;
  }

  async createDomain(sdUUID = SD): Promise<void> {
    await this.call('StorageDomain.create', {
      storagedomainID: sdUUID,
      domainType: STORAGE_TYPE.POSIXFS,
      typeArgs: this.#fixture.source,
      name: 'hosted_storage',
      domainClass: 1,
      version: 5,
    });
  }

  /** Waits for a task, and clears it. */
  async finish(taskID: string): Promise<TaskStatus> {
    const status = await this.until(async () => {
      const now = await this.call('Task.getStatus', { taskID });
      return now.taskState === 'finished' ? now : undefined;
    });
    await this.call('Task.clear', { taskID });
    return status;
  }

  /**
   * Lets time pass until `probe` gives something. The files are real, so the clock goes slowly
   * enough for them not to miss their deadlines.
   */
  async until<T>(probe: () => Promise<T | undefined>, limitMs = 120_000): Promise<T> {
    for (let waitedMs = 0; waitedMs < limitMs; waitedMs += STEP_MS) {
      const value = await probe();
      if (value !== undefined) return value;
      await new Promise((resolve) => setTimeout(resolve, 3));
      await this.#fixture.clock.advance(STEP_MS);
    }
    throw new Error('it did not come to pass');
  }

  async untilAcquired(sdUUID = SD): Promise<void> {
    await this.until(async () => this.storage.repoStats()[sdUUID]?.acquired || undefined);
  }
}

export const code = (expected: number) => (error: unknown) =>
  error instanceof VdsmError && error.code === expected;
