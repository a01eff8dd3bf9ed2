import { VDSM_CODE, type VerbHandlers } from '@hosted-engine/vdsm';
import { createDomain } from '../storage/domain-create.js';
import { poolsOf } from '../storage/domain-metadata.js';
import { requireCount, requireText, requireUuid, storageError } from '../storage/storage-error.js';
import type { StorageRooms } from '../storage/storage-rooms.js';

export function domainCreateVerbs(
  rooms: StorageRooms,
): Pick<VerbHandlers, 'StorageDomain.create' | 'StorageDomain.format'> {
  return {
    'StorageDomain.create': async (params) => {
      await createDomain(rooms.creation, {
        sdUUID: requireUuid('storagedomainID', params.storagedomainID),
        storageType: requireCount('domainType', params.domainType),
        remotePath: requireText('typeArgs', params.typeArgs),
        name: params.name,
        domainClass: requireCount('domainClass', params.domainClass),
        version: requireCount('version', params.version),
        blockSize: requireCount('blockSize', params.blockSize ?? 512),
      });
      return true;
    },
    'StorageDomain.format': async ({ storagedomainID, autoDetach }) => {
      await formatDomain(rooms, requireUuid('storagedomainID', storagedomainID), autoDetach);
      return true;
    },
  };
}

/** Deletes a domain that nothing uses: not attached, not monitored here. */
async function formatDomain(
  rooms: StorageRooms,
  sdUUID: string,
  autoDetach: boolean,
): Promise<void> {
  const domain = await rooms.catalogue.find(sdUUID);
  const pools = poolsOf(await domain.metadata());
  if (pools.length > 0 && !autoDetach) {
    throw storageError(
      VDSM_CODE.cannotFormatAttached,
      `Cannot format attached storage domain: ('${sdUUID}',)`,
    );
  }
  if (rooms.monitors.has(sdUUID)) {
    throw storageError(
      VDSM_CODE.domainActionFailed,
      `Cannot format domain ${sdUUID}: this host monitors it`,
    );
  }
  await domain.fs.removeTree(domain.paths.root);
}
