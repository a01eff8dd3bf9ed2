/**
 * Volumes of a V5 file domain: `<vol>` data, `<vol>.lease` sanlock resource, `<vol>.meta` text
 * (vdsm.md C2, C4, C5). The metadata is written last on creation and removed first on deletion, so
 * that a volume is never listed half made.
 */
import {
  type Clock,
  isErrno,
  type LeaseManager,
  type LeaseResource,
  type Log,
  messageOf,
  type ProcessRunner,
} from '@hosted-engine/ports';
import { VDSM_CODE, type VolumeInfo, type VolumeLease } from '@hosted-engine/vdsm';
import { type Domain, usesSanlock } from './domain.js';
import { type VolumePaths, volumeLeaseOf } from './layout.js';
import { isUuid, storageError } from './storage-error.js';
import { fillVolume, type VolumeContent } from './volume-content.js';
import {
  formatVolumeMetadata,
  parseVolumeMetadata,
  type VolumeMetadata,
} from './volume-metadata.js';

export interface VolumesDeps {
  readonly leases: LeaseManager;
  readonly processes: ProcessRunner;
  readonly clock: Clock;
  readonly log: Log;
}

export interface NewVolume extends VolumeContent {
  readonly imgUUID: string;
  readonly volUUID: string;
  readonly diskType: string;
  readonly description: string;
  readonly isLegal: boolean;
  readonly sequence: number;
}

const DATA_MODE = 0o660;
const META_MODE = 0o644;
const DIRECTORY_MODE = 0o755;
const BLANK = '00000000-0000-0000-0000-000000000000';
const REMOVED_PREFIX = '_remove_me_';

export class Volumes {
  readonly #deps: VolumesDeps;

  constructor(deps: VolumesDeps) {
    this.#deps = deps;
  }

  /** VdsmError 212 when it exists in any form; what was begun is removed when anything fails. */
  async create(domain: Domain, volume: NewVolume, signal: AbortSignal): Promise<void> {
    const { fs, paths } = domain;
    const files = paths.volume(volume.imgUUID, volume.volUUID);
    for (const file of Object.values(files)) {
      if (await fs.exists(file)) {
        throw volumeExists(volume.volUUID);
      }
    }
    const image = paths.image(volume.imgUUID);
    const isNewImage = !(await fs.exists(image));
    if (isNewImage) await makeImage(domain, image);
    const made: string[] = [];
    const make = async (file: string): Promise<void> => {
      await makeNew(domain, file, volume.volUUID);
      made.push(file);
    };
    try {
      await make(files.data);
      await fillVolume({ fs, processes: this.#deps.processes }, files.data, volume, signal);
      await fs.own(files.data, DATA_MODE);
      await make(files.lease);
      if (usesSanlock(await domain.metadata())) {
        const lease = volumeLeaseOf(domain.sdUUID, volume.volUUID, files.lease);
        await this.#deps.leases.areas.writeResource(lease);
      }
      signal.throwIfAborted();
      const text = formatVolumeMetadata(this.#metadataOf(domain, volume));
      made.push(files.meta, `${files.meta}.new`);
      await fs.replaceText(files.meta, text, META_MODE);
    } catch (error) {
      for (const file of made.reverse()) await fs.removeFile(file);
      if (isNewImage) await fs.removeEmptyDirectory(image);
      throw error;
    }
  }

  #metadataOf(domain: Domain, volume: NewVolume): VolumeMetadata {
    return {
      capacity: volume.capacity,
      ctimeS: Math.floor(this.#deps.clock.wallMs() / 1000),
      description: volume.description,
      diskType: volume.diskType,
      domain: domain.sdUUID,
      format: volume.format,
      generation: 0,
      image: volume.imgUUID,
      legality: volume.isLegal ? 'LEGAL' : 'ILLEGAL',
      parent: BLANK,
      sequence: volume.sequence,
      type: volume.isPreallocated ? 'PREALLOCATED' : 'SPARSE',
      volType: 'LEAF',
    };
  }

  /** Images of the domain, without those that are being removed. */
  async images(domain: Domain): Promise<readonly string[]> {
    return (await domain.fs.list(domain.paths.images)).filter(isUuid);
  }

  /** Volumes of an image, or of all of them. VdsmError 254 for an image that is not there. */
  async list(domain: Domain, imgUUID: string): Promise<readonly string[]> {
    const images = imgUUID === BLANK ? await this.images(domain) : [imgUUID];
    const volumes: string[] = [];
    for (const image of images) {
      for (const name of await this.#filesOf(domain, image)) {
        const volume = name.endsWith('.meta') ? name.slice(0, -'.meta'.length) : '';
        if (isUuid(volume)) volumes.push(volume);
      }
    }
    return volumes;
  }

  async #filesOf(domain: Domain, imgUUID: string): Promise<readonly string[]> {
    try {
      return await domain.fs.list(domain.paths.image(imgUUID));
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error;
      throw storageError(
        VDSM_CODE.imagePathMissing,
        `Image path does not exist or cannot be accessed/created: ${imgUUID}`,
      );
    }
  }

  /** VdsmError 254 no image, 201 no volume. */
  async require(domain: Domain, imgUUID: string, volUUID: string): Promise<VolumePaths> {
    const names = await this.#filesOf(domain, imgUUID);
    if (!names.includes(volUUID) || !names.includes(`${volUUID}.meta`)) {
      throw storageError(VDSM_CODE.volumeDoesNotExist, `Volume does not exist: ('${volUUID}',)`);
    }
    return domain.paths.volume(imgUUID, volUUID);
  }

  /** VdsmError 751 for bad metadata. */
  async metadata(domain: Domain, imgUUID: string, volUUID: string): Promise<VolumeMetadata> {
    const files = await this.require(domain, imgUUID, volUUID);
    return parseVolumeMetadata(await domain.fs.readText(files.meta));
  }

  async info(domain: Domain, imgUUID: string, volUUID: string): Promise<VolumeInfo> {
    const files = await this.require(domain, imgUUID, volUUID);
    const size = await domain.fs.size(files.data);
    const sizes = {
      apparentsize: String(size.apparentSize),
      truesize: String(size.trueSize),
    };
    const metadata = await this.metadata(domain, imgUUID, volUUID).catch((error: unknown) => {
      this.#deps.log.warn(`volume metadata: ${messageOf(error)}`, { volume: volUUID });
      return undefined;
    });
    if (metadata === undefined) return { ...invalidInfo(domain, imgUUID, volUUID), ...sizes };
    const lease = await this.#leaseOf(domain, volUUID, files);
    return {
      uuid: volUUID,
      type: metadata.type,
      format: metadata.format,
      disktype: metadata.diskType,
      voltype: metadata.volType,
      capacity: String(metadata.capacity),
      parent: metadata.parent,
      description: metadata.description,
      pool: '',
      domain: metadata.domain,
      image: metadata.image,
      ctime: String(metadata.ctimeS),
      mtime: '0',
      legality: metadata.legality,
      generation: metadata.generation,
      sequence: metadata.sequence,
      ...sizes,
      status: metadata.legality === 'ILLEGAL' ? 'ILLEGAL' : 'OK',
      ...(lease === undefined ? {} : { lease }),
      children: [],
    };
  }

  /** Left out when it cannot be read: no owners would say that it is free (I5). */
  async #leaseOf(
    domain: Domain,
    volUUID: string,
    files: VolumePaths,
  ): Promise<VolumeLease | undefined> {
    try {
      const resource = volumeLeaseOf(domain.sdUUID, volUUID, files.lease);
      const { owners, version } = await this.#deps.leases.areas.readResource(resource);
      const hostIds = owners.map((owner) => owner.hostId);
      return { path: files.lease, offset: 0, owners: hostIds, version };
    } catch (error) {
      this.#deps.log.debug(`lease not readable: ${messageOf(error)}`, { volume: volUUID });
      return undefined;
    }
  }

  async setDescription(domain: Domain, img: string, vol: string, text: string): Promise<void> {
    const metadata = await this.metadata(domain, img, vol);
    const changed = formatVolumeMetadata({ ...metadata, description: text });
    await domain.fs.replaceText(domain.paths.volume(img, vol).meta, changed, META_MODE);
  }

  /** VdsmError 40 when a process anywhere holds its lease, or nobody can tell. */
  async remove(domain: Domain, imgUUID: string, volUUID: string): Promise<void> {
    const files = await this.require(domain, imgUUID, volUUID);
    await this.#refuseInUse(domain, volUUID, files);
    for (const file of [files.meta, files.data, files.lease]) await domain.fs.removeFile(file);
    await domain.fs.removeEmptyDirectory(domain.paths.image(imgUUID));
  }

  /** Renamed first, so that a removal that is cut short leaves no image behind. */
  async removeImage(domain: Domain, imgUUID: string): Promise<void> {
    for (const volUUID of await this.list(domain, imgUUID)) {
      const files = await this.require(domain, imgUUID, volUUID);
      await this.#refuseInUse(domain, volUUID, files);
    }
    const doomed = domain.paths.image(`${REMOVED_PREFIX}${imgUUID}`);
    await domain.fs.rename(domain.paths.image(imgUUID), doomed);
    await domain.fs.removeTree(doomed);
  }

  async #refuseInUse(domain: Domain, volUUID: string, files: VolumePaths): Promise<void> {
    if (!usesSanlock(await domain.metadata())) return;
    const lease: LeaseResource = volumeLeaseOf(domain.sdUUID, volUUID, files.lease);
    const { owners } = await this.#deps.leases.areas.readResource(lease);
    const owner = owners[0];
    if (owner === undefined) return;
    throw storageError(
      VDSM_CODE.resourceUnavailable,
      `Volume ${volUUID} is in use: host ${owner.hostId} holds its lease`,
    );
  }
}

function volumeExists(volUUID: string): Error {
  return storageError(VDSM_CODE.volumeExists, `Volume already exists: ('${volUUID}',)`);
}

/** The look before it may have raced with another creation: only one of them makes the file. */
async function makeNew(domain: Domain, file: string, volUUID: string): Promise<void> {
  try {
    await domain.fs.makeFile(file, DATA_MODE, 0);
  } catch (error) {
    throw isErrno(error, 'EEXIST') ? volumeExists(volUUID) : error;
  }
}

/** Another volume of the image may be created at the same time. */
async function makeImage(domain: Domain, image: string): Promise<void> {
  try {
    await domain.fs.makeDirectory(image, DIRECTORY_MODE);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  }
}

function invalidInfo(
  domain: Domain,
  imgUUID: string,
  volUUID: string,
): Omit<VolumeInfo, 'apparentsize' | 'truesize'> {
  return {
    uuid: volUUID,
    type: 'UNKNOWN',
    format: 'UNKNOWN',
    disktype: '',
    voltype: 'LEAF',
    capacity: '0',
    parent: BLANK,
    description: '',
    pool: '',
    domain: domain.sdUUID,
    image: imgUUID,
    ctime: '0',
    mtime: '0',
    legality: '',
    generation: 0,
    sequence: 0,
    status: 'INVALID',
    children: [],
  };
}
