import { BLANK_UUID, type VerbHandlers } from '@hosted-engine/vdsm';
import { DESCRIPTION_LENGTH_MAX, poolsOf } from '../storage/domain-metadata.js';
import { invalidParameter, requireUuid } from '../storage/storage-error.js';
import type { StorageRooms } from '../storage/storage-rooms.js';

type DomainInfoVerbs =
  | 'StorageDomain.getInfo'
  | 'StorageDomain.getStats'
  | 'StorageDomain.getImages'
  | 'StorageDomain.getVolumes'
  | 'StorageDomain.setDescription'
  | 'StorageDomain.validate';

export function domainInfoVerbs(rooms: StorageRooms): Pick<VerbHandlers, DomainInfoVerbs> {
  const { catalogue, volumes } = rooms;
  const find = (sdUUID: unknown) => catalogue.find(requireUuid('storagedomainID', sdUUID));
  return {
    'StorageDomain.getInfo': async ({ storagedomainID }) => {
      const domain = await find(storagedomainID);
      const metadata = await domain.metadata();
      const value = (key: string): string => metadata.get(key) ?? '';
      const remotePath = metadata.get('REMOTE_PATH');
      return {
        uuid: domain.sdUUID,
        type: value('TYPE'),
        class: value('CLASS'),
        name: value('DESCRIPTION'),
        role: value('ROLE') === 'Master' ? 'Master' : 'Regular',
        pool: poolsOf(metadata),
        version: value('VERSION'),
        // Older formats do not say it, and have no other (vdsm.md C3).
        block_size: Number(metadata.get('BLOCK_SIZE') ?? 512),
        alignment: Number(metadata.get('ALIGNMENT') ?? 1048576),
        ...(remotePath === undefined ? {} : { remotePath }),
      };
    },
    'StorageDomain.getStats': async ({ storagedomainID }) => {
      const domain = await find(storagedomainID);
      await domain.metadata();
      const space = await domain.fs.space(domain.mountPath);
      return {
        disktotal: String(space.total),
        diskfree: String(space.free),
        mdavalid: true,
        mdathreshold: true,
        mdasize: 0,
        mdafree: 0,
      };
    },
    'StorageDomain.getImages': async ({ storagedomainID }) =>
      await volumes.images(await find(storagedomainID)),
    'StorageDomain.getVolumes': async ({ storagedomainID, imageID = BLANK_UUID }) =>
      await volumes.list(await find(storagedomainID), requireUuid('imageID', imageID)),
    'StorageDomain.setDescription': async ({ storagedomainID, description }) => {
      if (typeof description !== 'string' || [...description].length > DESCRIPTION_LENGTH_MAX) {
        throw invalidParameter('description', description);
      }
      await (await find(storagedomainID)).update({ DESCRIPTION: description });
      return true;
    },
    'StorageDomain.validate': async ({ storagedomainID }) => {
      await (await find(storagedomainID)).metadata();
      return true;
    },
  };
}
