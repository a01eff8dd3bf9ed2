import type { VerbHandlers } from '@hosted-engine/vdsm';
import { requireCount, requireHostId, requireText, requireUuid } from '../storage/storage-error.js';
import type { StorageRooms } from '../storage/storage-rooms.js';

type PoolVerbs =
  | 'StoragePool.create'
  | 'StoragePool.connect'
  | 'StoragePool.disconnect'
  | 'StoragePool.destroy'
  | 'StoragePool.getInfo';

export function poolVerbs({ pool, members }: StorageRooms): Pick<VerbHandlers, PoolVerbs> {
  return {
    'StoragePool.create': async (params) => {
      await members.create({
        spUUID: requireUuid('storagepoolID', params.storagepoolID),
        name: requireText('name', params.name),
        masterSdUUID: requireUuid('masterSdUUID', params.masterSdUUID),
        masterVersion: requireCount('masterVersion', params.masterVersion),
        domains: params.domainList.map((sdUUID) => requireUuid('domainList', sdUUID)),
        timings: timingsOf(params),
      });
      return true;
    },
    'StoragePool.connect': async (params) => {
      await pool.connect({
        spUUID: requireUuid('storagepoolID', params.storagepoolID),
        hostId: requireHostId('hostID', params.hostID),
        masterSdUUID: requireUuid('masterSdUUID', params.masterSdUUID),
        masterVersion: requireCount('masterVersion', params.masterVersion),
      });
      return true;
    },
    'StoragePool.disconnect': async ({ storagepoolID }) => {
      await pool.disconnect(requireUuid('storagepoolID', storagepoolID));
      return true;
    },
    'StoragePool.destroy': async ({ storagepoolID }) => {
      await members.destroy(requireUuid('storagepoolID', storagepoolID));
      return true;
    },
    'StoragePool.getInfo': ({ storagepoolID }) =>
      pool.info(requireUuid('storagepoolID', storagepoolID)),
  };
}

interface Timings {
  readonly lockRenewalIntervalSec?: number;
  readonly leaseTimeSec?: number;
  readonly leaseRetries?: number;
}

/** sanlock does not use them; other hosts read them. The io_timeout stays the lockspace's. */
function timingsOf(timings: Timings): Readonly<Record<string, string>> {
  const { lockRenewalIntervalSec = 5, leaseTimeSec = 60, leaseRetries = 3 } = timings;
  return {
    LOCKRENEWALINTERVALSEC: String(requireCount('lockRenewalIntervalSec', lockRenewalIntervalSec)),
    LEASETIMESEC: String(requireCount('leaseTimeSec', leaseTimeSec)),
    LEASERETRIES: String(requireCount('leaseRetries', leaseRetries)),
  };
}
