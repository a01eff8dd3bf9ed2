import path from 'node:path';
import { BLANK_UUID, type VerbHandlers } from '@hosted-engine/vdsm';
import { requireWritable } from '../storage/pool-access.js';
import { requireUuid } from '../storage/storage-error.js';
import type { StorageRooms } from '../storage/storage-rooms.js';

type ImageVerbs = 'Image.prepare' | 'Image.teardown' | 'Image.getVolumes' | 'Image.delete';

export function imageVerbs(rooms: StorageRooms): Pick<VerbHandlers, ImageVerbs> {
  const { catalogue, images, pool, tasks, volumes } = rooms;
  return {
    'Image.prepare': async (params) => {
      const spUUID = requireUuid('storagepoolID', params.storagepoolID);
      const image = requireUuid('imageID', params.imageID);
      const volume = requireUuid('volumeID', params.volumeID);
      if (spUUID !== BLANK_UUID) pool.require(spUUID);
      const domain = await catalogue.find(requireUuid('storagedomainID', params.storagedomainID));
      const allowIllegal = params.allowIllegal === true;
      const prepared = await images.prepare(domain, image, volume, allowIllegal);
      if (spUUID === BLANK_UUID) return { path: prepared.path };
      const poolDir = path.join(rooms.paths.pool(spUUID), domain.sdUUID);
      return { path: path.join(poolDir, 'images', image, volume) };
    },
    'Image.teardown': async (params) => {
      const image = requireUuid('imageID', params.imageID);
      await images.teardown(requireUuid('storagedomainID', params.storagedomainID), image);
      return true;
    },
    'Image.getVolumes': async (params) => {
      const image = requireUuid('imageID', params.imageID);
      const domain = await catalogue.find(requireUuid('storagedomainID', params.storagedomainID));
      return await volumes.list(domain, image);
    },
    'Image.delete': async (params) => {
      const image = requireUuid('imageID', params.imageID);
      const domain = await catalogue.find(requireUuid('storagedomainID', params.storagedomainID));
      await requireWritable(rooms, params.storagepoolID, domain);
      return tasks.start('deleteImage', () => volumes.removeImage(domain, image));
    },
  };
}
