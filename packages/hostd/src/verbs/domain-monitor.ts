import { messageOf } from '@hosted-engine/ports';
import { BLANK_UUID, DOMAIN_CLASS, VDSM_CODE, type VerbHandlers } from '@hosted-engine/vdsm';
import type { Domain } from '../storage/domain.js';
import { poolsOf } from '../storage/domain-metadata.js';
import { mountPathOf } from '../storage/remote-path.js';
import { requireHostId, requireUuid, storageError } from '../storage/storage-error.js';
import type { StorageRooms } from '../storage/storage-rooms.js';

type MonitorVerbs =
  | 'Host.startMonitoringDomain'
  | 'Host.stopMonitoringDomain'
  | 'Host.getStorageRepoStats'
  | 'Host.getStorageDomains'
  | 'Host.getConnectedStoragePools';

export function domainMonitorVerbs(rooms: StorageRooms): Pick<VerbHandlers, MonitorVerbs> {
  const { monitors, pool } = rooms;
  return {
    'Host.startMonitoringDomain': async ({ sdUUID, hostID }) => {
      await monitors.start(requireUuid('sdUUID', sdUUID), requireHostId('hostID', hostID));
      return true;
    },
    'Host.stopMonitoringDomain': async ({ sdUUID }) => {
      const domain = requireUuid('sdUUID', sdUUID);
      await refuseInPool(rooms, domain);
      await monitors.stop(domain);
      return true;
    },
    'Host.getStorageRepoStats': async ({ domains = [] }) => monitors.stats(domains),
    'Host.getStorageDomains': async (filter) => {
      const domains = await rooms.catalogue.list();
      const matches = await Promise.all(
        domains.map(async (domain) => ({ domain, matches: await isMatch(rooms, domain, filter) })),
      );
      return matches.filter((one) => one.matches).map((one) => one.domain.sdUUID);
    },
    'Host.getConnectedStoragePools': async () =>
      pool.connected === undefined ? [] : [pool.connected.spUUID],
  };
}

async function refuseInPool(rooms: StorageRooms, sdUUID: string): Promise<void> {
  const connected = rooms.pool.connected;
  if (connected === undefined) return;
  const isMember =
    connected.masterSdUUID === sdUUID || (await rooms.pool.domainsOf(connected)).has(sdUUID);
  if (!isMember) return;
  throw storageError(
    VDSM_CODE.domainInPool,
    `Storage domain is member of pool: 'domain=${sdUUID}'`,
  );
}

interface DomainFilter {
  readonly storagepoolID?: string;
  readonly domainClass?: number;
  readonly storageType?: number;
  readonly remotePath?: string;
}

const CLASS_NAMES: Readonly<Record<number, string>> = {
  [DOMAIN_CLASS.DATA]: 'Data',
  [DOMAIN_CLASS.ISO]: 'Iso',
  [DOMAIN_CLASS.BACKUP]: 'Backup',
};

/** A domain whose metadata cannot be read matches only when nothing of it is asked for. */
async function isMatch(
  rooms: StorageRooms,
  domain: Domain,
  filter: DomainFilter,
): Promise<boolean> {
  const { storagepoolID, domainClass, storageType, remotePath } = filter;
  if (
    remotePath &&
    mountPathOf(rooms.creation.dataCenterDir, storageType ?? 0, remotePath) !== domain.mountPath
  ) {
    return false;
  }
  const isPoolGiven =
    storagepoolID !== undefined && ![null, '', BLANK_UUID].includes(storagepoolID);
  const isClassGiven = domainClass !== undefined && domainClass !== null;
  if (!isPoolGiven && !isClassGiven) return true;
  try {
    const metadata = await domain.metadata();
    if (isPoolGiven && !poolsOf(metadata).includes(storagepoolID)) return false;
    return !isClassGiven || metadata.get('CLASS') === CLASS_NAMES[domainClass];
  } catch (error) {
    throw storageError(VDSM_CODE.domainAccess, messageOf(error), error);
  }
}
