import type { VerbName, VerbParams } from './verb-map.js';

type Optional<P> = {
  [K in keyof P]-?: Record<never, never> extends Pick<P, K> ? K : never;
}[keyof P];
type Required<P> = Exclude<keyof P, Optional<P>>;

/** A parameter's name, with `?` behind it when it may be left out. */
type ParameterOf<V extends VerbName> =
  | (Required<VerbParams<V>> & string)
  | `${Optional<VerbParams<V>> & string}?`;

const VOLUME = ['volumeID', 'storagepoolID', 'storagedomainID', 'imageID'] as const;
const CONNECTION = ['storagepoolID', 'domainType', 'connectionParams'] as const;
const POOL_ACCESS = ['storagepoolID', 'hostID', 'scsiKey'] as const;
const DOMAIN_IN_POOL = ['storagedomainID', 'storagepoolID'] as const;
const TIMINGS = [
  'lockRenewalIntervalSec?',
  'leaseTimeSec?',
  'ioOpTimeoutSec?',
  'leaseRetries?',
] as const;

/**
 * The parameters of each verb in the schema's order: a caller may send an array instead of an
 * object. Names and optionality are checked against VerbMap by the compiler.
 */
export const PARAMETER_ORDER: { readonly [V in VerbName]: readonly ParameterOf<V>[] } = {
  'Host.ping': [],
  'Host.ping2': [],
  'Host.confirmConnectivity': [],
  'Host.setupNetworks': ['networks', 'bondings', 'options'],
  'Host.setSafeNetworkConfig': [],
  'Host.echo': ['message'],
  'Host.getCapabilities': [],
  'Host.getNetworkCapabilities': [],
  'Host.getStats': [],
  'Host.getHardwareInfo': [],
  'Host.getVMList': ['fullStatus?', 'vmList?', 'onlyUUID?'],
  'Host.getVMFullList': ['vmList?'],
  'Host.getAllVmStats': [],
  'Host.dumpxmls': ['vmList'],
  'Host.getStorageDomains': ['storagepoolID?', 'domainClass?', 'storageType?', 'remotePath?'],
  'Host.getConnectedStoragePools': [],
  'Host.getStorageRepoStats': ['domains?'],
  'Host.startMonitoringDomain': ['sdUUID', 'hostID'],
  'Host.stopMonitoringDomain': ['sdUUID'],
  'Host.getAllTasksStatuses': [],
  'Host.getAllTasksInfo': [],
  'Host.getAllTasks': [],
  'Host.getJobs': ['job_type?', 'job_ids?'],
  'Host.setHaMaintenanceMode': ['mode', 'enabled'],
  'StoragePool.connectStorageServer': CONNECTION,
  'StoragePool.disconnectStorageServer': CONNECTION,
  'StoragePool.create': [
    'storagepoolID',
    'name',
    'masterSdUUID',
    'masterVersion',
    'domainList',
    ...TIMINGS,
  ],
  'StoragePool.connect': [...POOL_ACCESS, 'masterSdUUID', 'masterVersion', 'domainDict?'],
  'StoragePool.disconnect': [...POOL_ACCESS, 'remove?'],
  'StoragePool.destroy': POOL_ACCESS,
  'StoragePool.getInfo': ['storagepoolID'],
  'StoragePool.getSpmStatus': ['storagepoolID'],
  'StoragePool.spmStart': [
    'storagepoolID',
    'prevID',
    'prevLver',
    'enableScsiFencing',
    'maxHostID?',
    'domVersion?',
  ],
  'StoragePool.spmStop': ['storagepoolID'],
  'StoragePool.reconstructMaster': [
    'storagepoolID',
    'hostId',
    'name',
    'masterSdUUID',
    'masterVersion',
    'domainDict',
    ...TIMINGS,
  ],
  'StorageDomain.create': [
    'storagedomainID',
    'domainType',
    'typeArgs',
    'name',
    'domainClass',
    'version',
    'blockSize?',
    'maxHosts?',
  ],
  'StorageDomain.getInfo': ['storagedomainID'],
  'StorageDomain.getStats': ['storagedomainID'],
  'StorageDomain.getImages': ['storagedomainID'],
  'StorageDomain.getVolumes': [...DOMAIN_IN_POOL, 'imageID?'],
  'StorageDomain.attach': DOMAIN_IN_POOL,
  'StorageDomain.detach': [...DOMAIN_IN_POOL, 'masterSdUUID', 'masterVersion', 'force?'],
  'StorageDomain.activate': DOMAIN_IN_POOL,
  'StorageDomain.deactivate': [...DOMAIN_IN_POOL, 'masterSdUUID', 'masterVersion'],
  'StorageDomain.format': ['storagedomainID', 'autoDetach'],
  'StorageDomain.setDescription': ['storagedomainID', 'description'],
  'StorageDomain.validate': ['storagedomainID'],
  'Volume.create': [
    ...VOLUME,
    'size',
    'volFormat',
    'preallocate',
    'diskType',
    'desc',
    'srcImgUUID?',
    'srcVolUUID?',
    'initialSize?',
    'addBitmaps?',
    'legal?',
    'sequence?',
    'bitmap?',
  ],
  'Volume.getInfo': VOLUME,
  'Volume.getSize': VOLUME,
  'Volume.delete': [...VOLUME, 'postZero?', 'force?'],
  'Volume.setDescription': [...VOLUME, 'description'],
  'Image.prepare': ['storagepoolID', 'storagedomainID', 'imageID', 'volumeID', 'allowIllegal?'],
  'Image.teardown': ['storagepoolID', 'storagedomainID', 'imageID', 'volumeID?'],
  'Image.getVolumes': ['storagepoolID', 'storagedomainID', 'imageID'],
  'Image.delete': [
    'storagepoolID',
    'storagedomainID',
    'imageID',
    'postZero?',
    'force?',
    'discard?',
  ],
  'Lease.create': ['lease', 'metadata?'],
  'Lease.delete': ['lease'],
  'Lease.info': ['lease'],
  'Lease.status': ['lease'],
  'Task.getStatus': ['taskID'],
  'Task.getInfo': ['taskID'],
  'Task.clear': ['taskID'],
  'Task.stop': ['taskID'],
  'Task.revert': ['taskID'],
  'VM.create': ['vmID', 'vmParams'],
  'VM.getStats': ['vmID'],
  'VM.destroy': ['vmID', 'gracefulAttempts?'],
  'VM.shutdown': ['vmID', 'delay?', 'message?', 'reboot?', 'timeout?', 'force?'],
  'VM.pause': ['vmID'],
  'VM.cont': ['vmID'],
  'VM.reset': ['vmID'],
  'VM.setTicket': ['vmID', 'password', 'ttl', 'existingConnAction', 'params'],
  'VM.updateDevice': ['vmID', 'params'],
  'VM.migrate': ['vmID', 'params'],
  'VM.getMigrationStatus': ['vmID'],
  'VM.migrateCancel': ['vmID'],
  'VM.migrationCreate': ['vmID', 'params', 'incomingLimit?'],
};
