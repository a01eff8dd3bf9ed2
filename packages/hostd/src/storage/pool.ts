/**
 * The storage pool that this host is connected to, if any, and its role in it (vdsm.md B2).
 *
 *   P1. The SPM is who holds the SDM lease of the master domain. sanlock takes it back when this
 *       process ends, so after a restart this host is not the SPM, whatever it was.
 *   P2. A pool's list of domains lives in its master's metadata, which only the SPM changes.
 *   P3. Links below /rhev/data-center/<pool> are made new on each change; they carry no data.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { isHeldElsewhere, type LeaseManager, type Log, messageOf } from '@hosted-engine/ports';
import { type SpmStatus, type StoragePoolInfo, VDSM_CODE } from '@hosted-engine/vdsm';
import type { Domain } from './domain.js';
import type { DomainCatalogue } from './domain-catalogue.js';
import { type DomainMetadata, poolDomainsOf, poolsOf } from './domain-metadata.js';
import { replaceLink } from './images.js';
import { type HostPaths, sdmLeaseOf } from './layout.js';
import type { Monitors } from './monitors.js';
import type { SavedPool, StateFile } from './state-file.js';
import { storageError } from './storage-error.js';
import type { Tasks } from './tasks.js';

export interface PoolDeps {
  readonly catalogue: DomainCatalogue;
  readonly monitors: Monitors;
  readonly leases: LeaseManager;
  readonly tasks: Tasks;
  readonly state: StateFile;
  readonly paths: HostPaths;
  readonly log: Log;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** Taking a host id takes up to three minutes after a crash with the default io_timeout. */
const HOST_ID_WAIT_MS = 240_000;
const HOST_ID_POLL_MS = 500;

export class Pool {
  readonly #deps: PoolDeps;
  #connected: SavedPool | undefined;
  #role: SpmStatus['spmStatus'] = 'Free';

  constructor(deps: PoolDeps) {
    this.#deps = deps;
  }

  get connected(): SavedPool | undefined {
    return this.#connected;
  }

  get isSpm(): boolean {
    return this.#role === 'SPM';
  }

  /** VdsmError 309 unless this pool is the connected one. */
  require(spUUID: string): SavedPool {
    if (this.#connected?.spUUID !== spUUID) {
      throw storageError(
        VDSM_CODE.poolUnknown,
        `Unknown pool id, pool not connected: ('${spUUID}',)`,
      );
    }
    return this.#connected;
  }

  /** VdsmError 309, 654. */
  requireSpm(spUUID: string): SavedPool {
    const pool = this.require(spUUID);
    if (!this.isSpm) throw storageError(VDSM_CODE.notSpm, `Not SPM: ('${spUUID}',)`);
    return pool;
  }

  /** VdsmError 323 another pool, 304 no master, 324 wrong master or version. */
  async connect(pool: SavedPool): Promise<void> {
    const current = this.#connected;
    if (current !== undefined && current.spUUID !== pool.spUUID) {
      throw storageError(
        VDSM_CODE.otherPoolConnected,
        `Cannot connect pool ${pool.spUUID}: already connected to ${current.spUUID}`,
      );
    }
    const { metadata } = await this.#master(pool);
    for (const [sdUUID, state] of poolDomainsOf(metadata)) {
      if (state === 'Active') await this.#deps.monitors.start(sdUUID, pool.hostId);
    }
    this.#connected = pool;
    await this.refreshLinks();
    await this.#deps.state.update((state) => ({ ...state, pool }));
  }

  /** What was connected before a restart. Its domains are monitored already. */
  restore(pool: SavedPool): void {
    this.#connected = pool;
  }

  /** VdsmError 656 while SPM. A pool that is not connected is success. */
  async disconnect(spUUID: string): Promise<void> {
    if (this.#connected?.spUUID !== spUUID) return;
    if (this.#role !== 'Free') {
      throw storageError(VDSM_CODE.isSpm, `Is SPM: ('${spUUID}',)`);
    }
    const domains = await this.domainsOf(this.#connected).catch(() => new Map<string, string>());
    for (const sdUUID of domains.keys()) await this.#deps.monitors.stop(sdUUID);
    await this.forget();
  }

  /** Drops the connection and the links. */
  async forget(): Promise<void> {
    const pool = this.#connected;
    this.#connected = undefined;
    this.#role = 'Free';
    if (pool !== undefined) {
      await fs.rm(this.#deps.paths.pool(pool.spUUID), { recursive: true, force: true });
    }
    await this.#deps.state.update(({ pool: _, ...state }) => state);
  }

  /** The domains of the pool by its master. */
  async domainsOf(pool: SavedPool): Promise<ReadonlyMap<string, string>> {
    return poolDomainsOf((await this.#master(pool)).metadata);
  }

  async #master(
    pool: SavedPool,
  ): Promise<{ readonly domain: Domain; readonly metadata: DomainMetadata }> {
    const domain = await this.#findMaster(pool);
    const metadata = await domain.metadata();
    const isMaster = metadata.get('ROLE') === 'Master' && poolsOf(metadata).includes(pool.spUUID);
    if (!isMaster) throw masterNotFound(pool);
    if (Number(metadata.get('MASTER_VERSION')) !== pool.masterVersion) {
      throw storageError(
        VDSM_CODE.wrongMaster,
        `Wrong Master domain or its version: 'SD=${pool.masterSdUUID}, pool=${pool.spUUID}'`,
      );
    }
    return { domain, metadata };
  }

  async #findMaster(pool: SavedPool): Promise<Domain> {
    try {
      return await this.#deps.catalogue.find(pool.masterSdUUID);
    } catch (error) {
      const isMissing = error instanceof Error && 'code' in error && error.code === 358;
      throw isMissing ? masterNotFound(pool) : error;
    }
  }

  async refreshLinks(): Promise<void> {
    const pool = this.#connected;
    if (pool === undefined) return;
    const directory = this.#deps.paths.pool(pool.spUUID);
    for (const sdUUID of (await this.domainsOf(pool)).keys()) {
      const domain = await this.#deps.catalogue.find(sdUUID);
      await replaceLink(path.join(directory, sdUUID), domain.paths.root);
      if (sdUUID === pool.masterSdUUID) {
        await replaceLink(path.join(directory, 'mastersd'), domain.paths.root);
      }
    }
  }

  /** Gives a task. VdsmError 309, 656. */
  startSpm(spUUID: string): string {
    const pool = this.require(spUUID);
    if (this.#role !== 'Free') throw storageError(VDSM_CODE.isSpm, `Is SPM: ('${spUUID}',)`);
    this.#role = 'Contend';
    return this.#deps.tasks.start('spmStart', async (signal) => {
      try {
        await this.#takeSdm(pool, signal);
        this.#role = 'SPM';
      } catch (error) {
        this.#role = 'Free';
        throw error;
      }
    });
  }

  async #takeSdm(pool: SavedPool, signal: AbortSignal): Promise<void> {
    const { domain } = await this.#master(pool);
    await this.waitForHostId(pool.masterSdUUID, signal);
    await this.acquireSdm(domain);
    const lease = sdmLeaseOf(domain.paths, domain.sdUUID);
    const { version } = await this.#deps.leases.areas.readResource(lease);
    await domain.update({ POOL_SPM_ID: String(pool.hostId), POOL_SPM_LVER: String(version) });
  }

  /** VdsmError 661 when the id was not acquired in time. */
  async waitForHostId(sdUUID: string, signal: AbortSignal): Promise<void> {
    for (let waitedMs = 0; waitedMs < HOST_ID_WAIT_MS; waitedMs += HOST_ID_POLL_MS) {
      signal.throwIfAborted();
      if (this.#deps.monitors.isAcquired(sdUUID)) return;
      await this.#deps.sleep(HOST_ID_POLL_MS, signal);
    }
    throw storageError(VDSM_CODE.acquireHostIdFailed, `Cannot acquire host id: ('${sdUUID}',)`);
  }

  /** VdsmError 651 when another host holds it. */
  async acquireSdm(domain: Domain): Promise<void> {
    try {
      await this.#deps.leases.holder.acquire(sdmLeaseOf(domain.paths, domain.sdUUID));
    } catch (error) {
      const held = isHeldElsewhere(error) ? 'another host holds the lock' : messageOf(error);
      throw storageError(
        VDSM_CODE.cannotAcquireLock,
        `Cannot obtain lock: ('id=${domain.sdUUID}', '${held}')`,
        error,
      );
    }
  }

  async releaseSdm(domain: Domain): Promise<void> {
    await this.#deps.leases.holder.release(sdmLeaseOf(domain.paths, domain.sdUUID));
  }

  /** VdsmError 309, 653 while tasks are left. Not being the SPM is success. */
  async stopSpm(spUUID: string): Promise<void> {
    const pool = this.require(spUUID);
    if (this.#role === 'Free') return;
    const tasks = this.#deps.tasks.all();
    if (tasks.length > 0) {
      const verbs = tasks.map((task) => task.verb).join(', ');
      throw storageError(VDSM_CODE.spmStopTasksLeft, `Cannot stop SPM, tasks left: ${verbs}`);
    }
    const { domain } = await this.#master(pool);
    await domain.update({ POOL_SPM_ID: '-1', POOL_SPM_LVER: '-1' });
    await this.releaseSdm(domain);
    this.#role = 'Free';
  }

  /** Who holds the SDM lease, as read from storage now. */
  async spmStatus(spUUID: string): Promise<SpmStatus> {
    const pool = this.require(spUUID);
    const domain = await this.#findMaster(pool);
    const lease = sdmLeaseOf(domain.paths, domain.sdUUID);
    const { owners, version } = await this.#deps.leases.areas.readResource(lease);
    return { spmStatus: this.#role, spmLver: version, spmId: owners[0]?.hostId ?? -1 };
  }

  async info(spUUID: string): Promise<StoragePoolInfo> {
    const pool = this.require(spUUID);
    const { domain, metadata } = await this.#master(pool);
    const { spmId, spmLver } = await this.spmStatus(spUUID);
    const dominfo: Record<string, StoragePoolInfo['dominfo'][string]> = {};
    for (const [sdUUID, status] of poolDomainsOf(metadata)) {
      const member = await this.#deps.catalogue.find(sdUUID);
      const space = await member.fs.space(member.mountPath);
      dominfo[sdUUID] = {
        status,
        diskfree: String(space.free),
        disktotal: String(space.total),
        alerts: [],
        isoprefix: '',
        version: Number(metadata.get('VERSION')),
      };
    }
    return {
      info: {
        name: metadata.get('POOL_DESCRIPTION') ?? '',
        domains: metadata.get('POOL_DOMAINS') ?? '',
        master_uuid: domain.sdUUID,
        master_ver: pool.masterVersion,
        lver: spmLver,
        spm_id: spmId,
        pool_status: 'connected',
        isoprefix: '',
        type: metadata.get('TYPE') ?? '',
        version: metadata.get('VERSION') ?? '',
      },
      dominfo,
    };
  }
}

function masterNotFound(pool: SavedPool): Error {
  return storageError(
    VDSM_CODE.masterNotFound,
    `Cannot find master domain: 'spUUID=${pool.spUUID}, msdUUID=${pool.masterSdUUID}'`,
  );
}
