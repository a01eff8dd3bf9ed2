import { isErrno } from '@hosted-engine/ports';
import { VDSM_CODE } from '@hosted-engine/vdsm';
import {
  type DomainMetadata,
  formatDomainMetadata,
  parseDomainMetadata,
} from './domain-metadata.js';
import { type DomainPaths, domainPaths } from './layout.js';
import { storageError } from './storage-error.js';
import type { StorageFs } from './storage-fs.js';

export const METADATA_MODE = 0o644;

/** A storage domain as found on a mount. It holds no state: each question is asked of the storage. */
export class Domain {
  readonly sdUUID: string;
  readonly mountPath: string;
  readonly fs: StorageFs;
  readonly paths: DomainPaths;

  constructor(sdUUID: string, mountPath: string, fs: StorageFs) {
    this.sdUUID = sdUUID;
    this.mountPath = mountPath;
    this.fs = fs;
    this.paths = domainPaths(mountPath, sdUUID);
  }

  /** VdsmError 752 bad checksum, 364 no metadata, 753 metadata of another domain. */
  async metadata(): Promise<DomainMetadata> {
    const metadata = parseDomainMetadata(await this.#metadataText());
    if (metadata.get('SDUUID') !== this.sdUUID) {
      const found = metadata.get('SDUUID') ?? 'nothing';
      throw storageError(
        VDSM_CODE.metadataValidation,
        `Domain metadata of ${this.sdUUID} names ${found}`,
      );
    }
    return metadata;
  }

  async #metadataText(): Promise<string> {
    try {
      return await this.fs.readText(this.paths.metadata);
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error;
      throw storageError(
        VDSM_CODE.domainMetadataMissing,
        `Domain metadata does not exist: ${this.sdUUID}`,
        error,
      );
    }
  }

  /** Changes these keys; `undefined` takes a key away. Only the pool's master may call it. */
  async update(changes: Readonly<Record<string, string | undefined>>): Promise<void> {
    const values = new Map(await this.metadata());
    for (const [key, value] of Object.entries(changes)) {
      if (value === undefined) values.delete(key);
      else values.set(key, value);
    }
    await this.fs.replaceText(this.paths.metadata, formatDomainMetadata(values), METADATA_MODE);
  }
}

/** LOCALFS domains belong to one host: no sanlock, no volume leases (vdsm.md C2). */
export function usesSanlock(metadata: DomainMetadata): boolean {
  return metadata.get('TYPE') !== 'LOCALFS';
}
