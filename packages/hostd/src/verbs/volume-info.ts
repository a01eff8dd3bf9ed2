import type { VerbHandlers, VolumeAddress } from '@hosted-engine/vdsm';
import { requireUuid } from '../storage/storage-error.js';
import type { StorageRooms } from '../storage/storage-rooms.js';

export function volumeInfoVerbs(
  rooms: StorageRooms,
): Pick<VerbHandlers, 'Volume.getInfo' | 'Volume.getSize'> {
  const infoOf = async (address: VolumeAddress) => {
    const image = requireUuid('imageID', address.imageID);
    const volume = requireUuid('volumeID', address.volumeID);
    const sdUUID = requireUuid('storagedomainID', address.storagedomainID);
    return await rooms.volumes.info(await rooms.catalogue.find(sdUUID), image, volume);
  };
  return {
    'Volume.getInfo': infoOf,
    'Volume.getSize': async (address) => {
      const { apparentsize, truesize } = await infoOf(address);
      return { apparentsize, truesize };
    },
  };
}
