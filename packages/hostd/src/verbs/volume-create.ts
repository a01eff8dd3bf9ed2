import {
  BLANK_UUID,
  VDSM_CODE,
  type VerbHandlers,
  type VerbParams,
  VOLUME_ALLOCATION,
  VOLUME_FORMAT,
} from '@hosted-engine/vdsm';
import { requireWritable } from '../storage/pool-access.js';
import {
  invalidParameter,
  requireCount,
  requireUuid,
  storageError,
} from '../storage/storage-error.js';
import type { StorageRooms } from '../storage/storage-rooms.js';
import type { NewVolume } from '../storage/volumes.js';

type VolumeChangeVerbs = 'Volume.create' | 'Volume.delete' | 'Volume.setDescription';

/** VDSM rounds capacities up to its largest block. */
const CAPACITY_UNIT = 4096;
const DISK_TYPES: ReadonlySet<string> = new Set([
  'DATA',
  'ISOF',
  'MEMD',
  'MEMM',
  'OVFS',
  'HEVD',
  'HESD',
  'HEMD',
  'HECI',
  'SCRD',
  '1',
  '2',
]);

export function volumeChangeVerbs(rooms: StorageRooms): Pick<VerbHandlers, VolumeChangeVerbs> {
  const { tasks, volumes, catalogue } = rooms;
  return {
    'Volume.create': async (params) => {
      const volume = newVolume(params);
      const sdUUID = requireUuid('storagedomainID', params.storagedomainID);
      const domain = await catalogue.find(sdUUID);
      await requireWritable(rooms, params.storagepoolID, domain);
      return tasks.start('createVolume', (signal) => volumes.create(domain, volume, signal));
    },
    'Volume.delete': async (params) => {
      const volume = requireUuid('volumeID', params.volumeID);
      const image = requireUuid('imageID', params.imageID);
      const domain = await catalogue.find(requireUuid('storagedomainID', params.storagedomainID));
      await requireWritable(rooms, params.storagepoolID, domain);
      await volumes.require(domain, image, volume);
      return tasks.start('deleteVolume', () => volumes.remove(domain, image, volume));
    },
    'Volume.setDescription': async (params) => {
      const volume = requireUuid('volumeID', params.volumeID);
      const image = requireUuid('imageID', params.imageID);
      const domain = await catalogue.find(requireUuid('storagedomainID', params.storagedomainID));
      await requireWritable(rooms, params.storagepoolID, domain);
      await volumes.setDescription(domain, image, volume, params.description);
      return true;
    },
  };
}

function newVolume(params: VerbParams<'Volume.create'>): NewVolume {
  const { srcImgUUID = BLANK_UUID, srcVolUUID = BLANK_UUID } = params;
  if (srcImgUUID !== BLANK_UUID || srcVolUUID !== BLANK_UUID) {
    throw storageError(
      VDSM_CODE.unsupportedOperation,
      'Volumes that build on another volume are not supported',
    );
  }
  const size = requireCount('size', params.size);
  if (size === 0) throw invalidParameter('size', params.size);
  const diskType = String(params.diskType);
  if (!DISK_TYPES.has(diskType)) throw invalidParameter('diskType', params.diskType);
  return {
    imgUUID: requireUuid('imageID', params.imageID),
    volUUID: requireUuid('volumeID', params.volumeID),
    capacity: Math.ceil(size / CAPACITY_UNIT) * CAPACITY_UNIT,
    format: formatOf(params.volFormat),
    isPreallocated: isPreallocated(params.preallocate),
    // The numbers are what HA's own library sends for plain data.
    diskType: diskType === '2' || diskType === '1' ? 'DATA' : diskType,
    description: String(params.desc ?? ''),
    isLegal: params.legal !== false,
    sequence: requireCount('sequence', params.sequence ?? 0),
  };
}

function formatOf(format: number): 'RAW' | 'COW' {
  if (format === VOLUME_FORMAT.RAW) return 'RAW';
  if (format === VOLUME_FORMAT.COW) return 'COW';
  throw invalidParameter('volFormat', format);
}

function isPreallocated(allocation: number): boolean {
  if (allocation === VOLUME_ALLOCATION.PREALLOCATED) return true;
  if (allocation === VOLUME_ALLOCATION.SPARSE) return false;
  throw storageError(VDSM_CODE.volumeBadPreallocation, `Bad preallocation type: ${allocation}`);
}
