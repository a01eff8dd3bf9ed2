import type { VerbHandlers } from '@hosted-engine/vdsm';
import { requireUuid } from '../storage/storage-error.js';
import type { StorageRooms } from '../storage/storage-rooms.js';

type SpmVerbs = 'StoragePool.spmStart' | 'StoragePool.spmStop' | 'StoragePool.getSpmStatus';

export function spmVerbs({ pool }: StorageRooms): Pick<VerbHandlers, SpmVerbs> {
  return {
    'StoragePool.spmStart': async ({ storagepoolID }) =>
      pool.startSpm(requireUuid('storagepoolID', storagepoolID)),
    'StoragePool.spmStop': async ({ storagepoolID }) => {
      await pool.stopSpm(requireUuid('storagepoolID', storagepoolID));
      return true;
    },
    'StoragePool.getSpmStatus': ({ storagepoolID }) =>
      pool.spmStatus(requireUuid('storagepoolID', storagepoolID)),
  };
}
