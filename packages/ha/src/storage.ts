import type { DiskRef, HostedEngineConf } from '@hosted-engine/formats';
import { HeError, type LeaseResource, type Log } from '@hosted-engine/ports';
import { BLANK_UUID, storageConnectionOf, type VdsmCaller } from '@hosted-engine/vdsm';

export interface StorageOptions {
  readonly vdsm: VdsmCaller;
  readonly log: Log;
  readonly conf: HostedEngineConf;
}

export interface ConnectedStorage {
  readonly metadataPath: string;
  readonly lockspacePath: string;
  readonly configurationPath: string;
  /** The engine VM's volume lease. */
  readonly engineLease: LeaseResource;
}

/**
 * What the daemon asks of the host daemon at its start, and again when that one forgot it (vdsm.md B6):
 * connect the storage, prepare the three volumes, watch the domain. Each step succeeds when done already.
 */
export async function connectStorage(options: StorageOptions): Promise<ConnectedStorage> {
  const { vdsm, conf, log } = options;
  const { storageType, connection } = storageConnectionOf(conf);
  const statuses = await vdsm.call('StoragePool.connectStorageServer', {
    storagepoolID: BLANK_UUID,
    domainType: storageType,
    connectionParams: [connection],
  });
  const failed = statuses.find((status) => status.status !== 0);
  if (failed !== undefined) {
    throw new HeError(
      'HE_STORAGE_UNREACHABLE',
      `the storage ${conf.storage} cannot be connected (error ${failed.status})`,
      { remedy: 'Check the storage server, its export and its permissions.' },
    );
  }
  const connected = {
    metadataPath: await prepare(options, conf.metadata),
    lockspacePath: await prepare(options, conf.lockspace),
    configurationPath: await prepare(options, conf.configuration),
    engineLease: await leaseOf(options),
  };
  await vdsm.call('Host.startMonitoringDomain', { sdUUID: conf.sdUuid, hostID: conf.hostId });
  log.info(`the storage domain ${conf.sdUuid} is connected and watched`);
  return connected;
}

async function prepare({ vdsm, conf }: StorageOptions, disk: DiskRef): Promise<string> {
  const { path } = await vdsm.call('Image.prepare', address(conf, disk));
  return path;
}

async function leaseOf({ vdsm, conf }: StorageOptions): Promise<LeaseResource> {
  const { lease } = await vdsm.call('Volume.getInfo', address(conf, conf.engineDisk));
  if (lease === undefined) {
    throw new HeError('HE_STORAGE_INVALID', 'the volume of the engine VM has no lease', {
      remedy: 'The hosted-engine storage domain must be of a kind with sanlock leases.',
    });
  }
  return {
    lockspace: conf.sdUuid,
    resource: conf.engineDisk.volumeId,
    path: lease.path,
    offset: lease.offset,
  };
}

function address(conf: HostedEngineConf, disk: DiskRef) {
  return {
    storagepoolID: BLANK_UUID,
    storagedomainID: conf.sdUuid,
    imageID: disk.imageId,
    volumeID: disk.volumeId,
  };
}
