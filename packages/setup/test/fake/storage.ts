import { HeError } from '@hosted-engine/ports';
import type { FoundDomain, StorageProbe, StorageTarget, StorageView } from '../../src/ports.js';
import type { VolumePaths } from './files.js';

const GIB = 1024 ** 3;
const PREPARED = '/run/vdsm/storage/';

export interface FakeVolume {
  readonly imageUUID: string;
  readonly volumeUUID: string;
  readonly description: string;
  readonly diskType: string;
  readonly bytes: Uint8Array;
}

export interface FakeDomain {
  readonly sdUUID: string;
  readonly metadata: Record<string, string>;
  readonly volumes: FakeVolume[];
  /** dom_md/ids: one delta lease of 512 bytes for each host id. */
  readonly ids: Uint8Array;
}

/** Shared storage as every host sees it: one mount with at most one domain. */
export class FakeStorage implements VolumePaths {
  exists = true;
  refusal: string | undefined;
  /** Each is the answer to one look. */
  refusals: string[] = [];
  freeBytes = 100 * GIB;
  domain: FakeDomain | undefined;
  /** Paths of volumes that were opened for writing. */
  readonly writes: string[] = [];
  /** Mounted by set-up's own look; must be 0 again when it is done. */
  openViews = 0;

  newDomain(sdUUID: string, name: string): FakeDomain {
    this.domain = {
      sdUUID,
      metadata: { SDUUID: sdUUID, DESCRIPTION: name },
      volumes: [],
      ids: new Uint8Array(2000 * 512),
    };
    return this.domain;
  }

  volume(description: string): FakeVolume | undefined {
    return this.domain?.volumes.find((volume) => volume.description === description);
  }

  find(path: string): { bytes: Uint8Array } | undefined {
    if (!path.startsWith(PREPARED)) return undefined;
    this.writes.push(path);
    const [sdUUID, , volumeUUID] = path.slice(PREPARED.length).split('/');
    if (sdUUID !== this.domain?.sdUUID) return undefined;
    return this.domain?.volumes.find((volume) => volume.volumeUUID === volumeUUID);
  }

  removeTree(path: string): void {
    if (this.domain !== undefined && path.endsWith(`/${this.domain.sdUUID}`)) {
      this.domain = undefined;
    }
  }

  /** A host's record in the lockspace; sanlock calls it free again when its time stamp is 0. */
  join(hostId: number, owner: string, isReleased = false): void {
    if (this.domain === undefined) throw new Error('there is no domain to join');
    const record = Buffer.from(this.domain.ids.buffer, (hostId - 1) * 512, 512);
    record.writeUInt32LE(0x12212010, 0);
    record.writeBigUInt64LE(BigInt(hostId), 0x20);
    record.write(owner, 0x68, 'latin1');
    record.writeBigUInt64LE(isReleased ? 0n : 1234n, 0x98);
  }

  get probe(): StorageProbe {
    return { open: (target) => this.#open(target) };
  }

  async #open(target: StorageTarget): Promise<StorageView> {
    const what = `Cannot access storage connection ${target.connection}`;
    if (!this.exists) throw new HeError('HE_STORAGE_UNREACHABLE', `${what}: it does not exist`);
    const refusal = this.refusal ?? this.refusals.shift();
    if (refusal !== undefined) throw new HeError('HE_STORAGE_INVALID', `${what}: ${refusal}`);
    this.openViews += 1;
    let isOpen = true;
    return {
      freeBytes: this.freeBytes,
      domains: async () => (this.domain === undefined ? [] : [foundDomain(this.domain)]),
      read: async (path, offset, length) => this.#bytesAt(path).slice(offset, offset + length),
      exists: async (path) =>
        this.domain !== undefined && path.startsWith(`${this.domain.sdUUID}/`),
      checkWritable: async () => undefined,
      close: async () => {
        if (isOpen) this.openViews -= 1;
        isOpen = false;
      },
    };
  }

  #bytesAt(path: string): Uint8Array {
    if (path === `${this.domain?.sdUUID}/dom_md/ids`) return this.domain?.ids ?? new Uint8Array();
    const volume = this.domain?.volumes.find(({ volumeUUID }) => path.endsWith(`/${volumeUUID}`));
    if (volume === undefined) {
      throw new HeError('HE_STORAGE_UNREACHABLE', `cannot read ${path}: no such file`);
    }
    return volume.bytes;
  }
}

function foundDomain(domain: FakeDomain): FoundDomain {
  return {
    sdUUID: domain.sdUUID,
    metadata: domain.metadata,
    volumes: domain.volumes.map(({ imageUUID, volumeUUID, description, diskType }) => ({
      imageUUID,
      volumeUUID,
      description,
      diskType,
    })),
  };
}
