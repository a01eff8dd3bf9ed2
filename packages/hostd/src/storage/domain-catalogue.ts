/**
 * Which domains this host can see: `<mount>/<sdUUID>/dom_md` below the mount base (vdsm.md C1).
 *
 *   K1. Only real mounts (and LOCALFS links) count: an unmounted directory is never searched, so
 *       what was written below an absent mount is not taken for a domain.
 *   K2. A mount that does not answer makes "does not exist" unsayable: the search then fails with
 *       the general storage error instead of 358 (I5).
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { type Clock, isErrno, type Log, type Mounts, messageOf } from '@hosted-engine/ports';
import { VDSM_CODE } from '@hosted-engine/vdsm';
import { Domain } from './domain.js';
import { domainPaths, type HostPaths } from './layout.js';
import { isUuid, storageError } from './storage-error.js';
import { type Owner, StorageFs } from './storage-fs.js';

export class DomainCatalogue {
  readonly #mounts: Mounts;
  readonly #paths: HostPaths;
  readonly #clock: Clock;
  readonly #owner: Owner;
  readonly #log: Log;
  readonly #fileSystems = new Map<string, StorageFs>();
  /** Where a domain was last seen. */
  readonly #places = new Map<string, string>();

  constructor(deps: {
    readonly mounts: Mounts;
    readonly paths: HostPaths;
    readonly clock: Clock;
    readonly owner: Owner;
    readonly log: Log;
  }) {
    this.#mounts = deps.mounts;
    this.#paths = deps.paths;
    this.#clock = deps.clock;
    this.#owner = deps.owner;
    this.#log = deps.log;
  }

  /** The one way to a mount's files, so that all callers wait in the same line. */
  fileSystem(mountPath: string): StorageFs {
    const known = this.#fileSystems.get(mountPath);
    if (known !== undefined) return known;
    const created = new StorageFs(this.#clock, this.#owner);
    this.#fileSystems.set(mountPath, created);
    return created;
  }

  /** VdsmError 358 when no mount has it; the general error when some mount did not answer. */
  async find(sdUUID: string): Promise<Domain> {
    const mounted = await this.mountPaths();
    const remembered = this.#places.get(sdUUID);
    if (remembered !== undefined && mounted.includes(remembered)) {
      const fileSystem = this.fileSystem(remembered);
      if (await fileSystem.exists(domainPaths(remembered, sdUUID).domMd)) {
        return new Domain(sdUUID, remembered, fileSystem);
      }
    }
    this.#places.delete(sdUUID);
    const { domains, silent } = await this.#scan(mounted);
    const found = domains.find((domain) => domain.sdUUID === sdUUID);
    if (found !== undefined) return found;
    if (silent.length > 0) {
      throw storageError(
        VDSM_CODE.storageGeneral,
        `Cannot look for domain ${sdUUID}: ${silent.join(', ')} did not answer`,
      );
    }
    throw storageError(
      VDSM_CODE.domainDoesNotExist,
      `Storage domain does not exist: ('${sdUUID}',)`,
    );
  }

  /** Where a domain was last seen, without touching storage. */
  lastPlaceOf(sdUUID: string): string | undefined {
    return this.#places.get(sdUUID);
  }

  /** Every domain on mounts that answer. */
  async list(): Promise<readonly Domain[]> {
    return (await this.#scan(await this.mountPaths())).domains;
  }

  /** Names on a mount that look like domains, whole or not. */
  async domainNamesOn(mountPath: string): Promise<readonly string[]> {
    const fileSystem = this.fileSystem(mountPath);
    const names: string[] = [];
    for (const name of await fileSystem.list(mountPath)) {
      if (!isUuid(name)) continue;
      if (await fileSystem.exists(path.join(mountPath, name, 'dom_md'))) names.push(name);
    }
    return names;
  }

  async #scan(mounted: readonly string[]): Promise<{
    readonly domains: readonly Domain[];
    readonly silent: readonly string[];
  }> {
    const silent: string[] = [];
    const scans = mounted.map(async (mountPath) => {
      try {
        const names = await this.domainNamesOn(mountPath);
        return names.map((name) => new Domain(name, mountPath, this.fileSystem(mountPath)));
      } catch (error) {
        silent.push(mountPath);
        this.#log.warn(`cannot look for domains: ${messageOf(error)}`, { mount: mountPath });
        return [];
      }
    });
    const domains = (await Promise.all(scans)).flat();
    for (const domain of domains) this.#places.set(domain.sdUUID, domain.mountPath);
    return { domains, silent };
  }

  /** Mount points and LOCALFS links below the base, from the kernel's table: nothing can hang. */
  async mountPaths(): Promise<readonly string[]> {
    const { mounts, glusterMounts } = this.#paths;
    const targets = (await this.#mounts.list())
      .map((entry) => entry.target)
      .filter((target) => [mounts, glusterMounts].includes(path.dirname(target)));
    return [...new Set([...targets, ...(await this.#links())])];
  }

  async #links(): Promise<readonly string[]> {
    try {
      const entries = await fs.readdir(this.#paths.mounts, { withFileTypes: true });
      return entries
        .filter((entry) => entry.isSymbolicLink())
        .map((entry) => path.join(this.#paths.mounts, entry.name));
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return [];
      throw error;
    }
  }
}
