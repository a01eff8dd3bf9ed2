/** Changes to what belongs to a pool: creation, destruction, attaching, activating (vdsm.md B2). */
import path from 'node:path';
import { VDSM_CODE } from '@hosted-engine/vdsm';
import type { Domain } from './domain.js';
import type { DomainCatalogue } from './domain-catalogue.js';
import {
  DESCRIPTION_LENGTH_MAX,
  type DomainState,
  formatPoolDomains,
  poolDomainsOf,
  poolsOf,
} from './domain-metadata.js';
import type { Monitors } from './monitors.js';
import type { Pool } from './pool.js';
import { invalidParameter, storageError } from './storage-error.js';

/** The host id that VDSM takes while it makes a pool, as no host has its own yet. */
const CREATION_HOST_ID = 250;
const DIRECTORY_MODE = 0o755;

export interface NewPool {
  readonly spUUID: string;
  readonly name: string;
  readonly masterSdUUID: string;
  readonly masterVersion: number;
  readonly domains: readonly string[];
  readonly timings: Readonly<Record<string, string>>;
}

export class PoolMembers {
  readonly #pool: Pool;
  readonly #catalogue: DomainCatalogue;
  readonly #monitors: Monitors;

  constructor(pool: Pool, catalogue: DomainCatalogue, monitors: Monitors) {
    this.#pool = pool;
    this.#catalogue = catalogue;
    this.#monitors = monitors;
  }

  /** VdsmError 316 exists, 380 a domain is attached, 358 missing, 651 locked. */
  async create(pool: NewPool): Promise<void> {
    if ([...pool.name].length > DESCRIPTION_LENGTH_MAX) throw invalidParameter('name', pool.name);
    if (this.#pool.connected?.spUUID === pool.spUUID) {
      throw storageError(VDSM_CODE.poolExists, `Storage pool exists: ('${pool.spUUID}',)`);
    }
    if (!pool.domains.includes(pool.masterSdUUID)) {
      throw invalidParameter('masterSdUUID', pool.masterSdUUID);
    }
    const members: Domain[] = [];
    for (const sdUUID of pool.domains) {
      const domain = await this.#catalogue.find(sdUUID);
      const pools = poolsOf(await domain.metadata());
      if (pools.length > 0) throw alreadyAttached(sdUUID, pools);
      members.push(domain);
    }
    const master = await this.#catalogue.find(pool.masterSdUUID);
    await this.#withSdm(master, () => this.#write(pool, master, members));
  }

  async #write(pool: NewPool, master: Domain, members: readonly Domain[]): Promise<void> {
    await makeMasterTree(master);
    for (const domain of members.filter((member) => member.sdUUID !== master.sdUUID)) {
      await domain.update({ POOL_UUID: pool.spUUID, LOCKPOLICY: 'ON', ...pool.timings });
    }
    const states = new Map<string, DomainState>(pool.domains.map((id) => [id, 'Active']));
    // Last: with it the pool exists.
    await master.update({
      ...pool.timings,
      POOL_UUID: pool.spUUID,
      LOCKPOLICY: 'ON',
      ROLE: 'Master',
      MASTER_VERSION: String(pool.masterVersion),
      POOL_DESCRIPTION: pool.name,
      POOL_DOMAINS: formatPoolDomains(states),
      POOL_SPM_ID: '-1',
      POOL_SPM_LVER: '-1',
    });
  }

  /** Holds a host id and the SDM lease of a domain that belongs to no pool yet. */
  async #withSdm(domain: Domain, work: () => Promise<void>): Promise<void> {
    const wasMonitored = this.#monitors.has(domain.sdUUID);
    if (!wasMonitored) await this.#monitors.start(domain.sdUUID, CREATION_HOST_ID, true);
    try {
      await this.#pool.waitForHostId(domain.sdUUID, new AbortController().signal);
      await this.#pool.acquireSdm(domain);
      try {
        await work();
      } finally {
        await this.#pool.releaseSdm(domain);
      }
    } finally {
      if (!wasMonitored) await this.#monitors.stop(domain.sdUUID);
    }
  }

  /** The SPM gives the pool up: its domains are free again, the connection is dropped. */
  async destroy(spUUID: string): Promise<void> {
    const { masterSdUUID } = this.#pool.requireSpm(spUUID);
    const master = await this.#catalogue.find(masterSdUUID);
    const members = [...poolDomainsOf(await master.metadata()).keys()];
    for (const sdUUID of members.filter((id) => id !== masterSdUUID)) {
      await this.#free(await this.#catalogue.find(sdUUID));
      await this.#monitors.stop(sdUUID);
    }
    await this.#free(master);
    await this.#pool.releaseSdm(master);
    await this.#pool.forget();
    await this.#monitors.stop(masterSdUUID);
  }

  async #free(domain: Domain): Promise<void> {
    await domain.update({
      POOL_UUID: '',
      LOCKPOLICY: '',
      ROLE: 'Regular',
      MASTER_VERSION: undefined,
      POOL_DESCRIPTION: undefined,
      POOL_DOMAINS: undefined,
      POOL_SPM_ID: undefined,
      POOL_SPM_LVER: undefined,
    });
    await domain.fs.removeTree(domain.paths.master);
  }

  /** VdsmError 380 when it belongs to a pool. */
  async attach(spUUID: string, sdUUID: string): Promise<void> {
    const { masterSdUUID } = this.#pool.requireSpm(spUUID);
    const domain = await this.#catalogue.find(sdUUID);
    const pools = poolsOf(await domain.metadata());
    if (pools.length > 0) throw alreadyAttached(sdUUID, pools);
    await domain.update({ POOL_UUID: spUUID, LOCKPOLICY: 'ON' });
    await this.#setState(masterSdUUID, sdUUID, 'Attached');
  }

  /** VdsmError 375 when it is not a member, 350 for the master. */
  async detach(spUUID: string, sdUUID: string): Promise<void> {
    const { masterSdUUID } = this.#pool.requireSpm(spUUID);
    await this.#requireMember(sdUUID);
    if (sdUUID === masterSdUUID) throw refuseMaster(sdUUID);
    await this.#monitors.stop(sdUUID);
    await this.#free(await this.#catalogue.find(sdUUID));
    await this.#setState(masterSdUUID, sdUUID, undefined);
  }

  /** Active already = success. VdsmError 375 when it is not a member. */
  async activate(spUUID: string, sdUUID: string): Promise<void> {
    const { masterSdUUID, hostId } = this.#pool.requireSpm(spUUID);
    const state = await this.#requireMember(sdUUID);
    if (state !== 'Active') await this.#setState(masterSdUUID, sdUUID, 'Active');
    await this.#monitors.start(sdUUID, hostId);
    await this.#pool.refreshLinks();
  }

  async deactivate(spUUID: string, sdUUID: string): Promise<void> {
    const { masterSdUUID } = this.#pool.requireSpm(spUUID);
    await this.#requireMember(sdUUID);
    if (sdUUID === masterSdUUID) throw refuseMaster(sdUUID);
    await this.#monitors.stop(sdUUID);
    await this.#setState(masterSdUUID, sdUUID, 'Attached');
  }

  async #requireMember(sdUUID: string): Promise<string> {
    const pool = this.#pool.connected;
    const state = pool === undefined ? undefined : (await this.#pool.domainsOf(pool)).get(sdUUID);
    if (state === undefined) {
      throw storageError(VDSM_CODE.domainNotInPool, `Domain not in pool: ('${sdUUID}',)`);
    }
    return state;
  }

  async #setState(master: string, sdUUID: string, state: DomainState | undefined): Promise<void> {
    const domain = await this.#catalogue.find(master);
    const states = new Map(poolDomainsOf(await domain.metadata()));
    if (state === undefined) states.delete(sdUUID);
    else states.set(sdUUID, state);
    await domain.update({ POOL_DOMAINS: formatPoolDomains(states) });
  }
}

async function makeMasterTree(master: Domain): Promise<void> {
  const { fs, paths } = master;
  for (const directory of ['', 'tasks', 'vms'].map((name) => path.join(paths.master, name))) {
    if (!(await fs.exists(directory))) await fs.makeDirectory(directory, DIRECTORY_MODE);
  }
}

function alreadyAttached(sdUUID: string, pools: readonly string[]): Error {
  return storageError(
    VDSM_CODE.domainAlreadyAttached,
    `Storage domain ${sdUUID} is already attached to pool ${pools.join(', ')}`,
  );
}

function refuseMaster(sdUUID: string): Error {
  return storageError(VDSM_CODE.domainActionFailed, `Domain ${sdUUID} is the pool's master`);
}
