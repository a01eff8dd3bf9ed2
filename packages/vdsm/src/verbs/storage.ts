import type { DecimalText, StorageType, Uuid } from './common.js';

/** One server connection. Which keys count depends on the storage type; `id` always does. */
export interface StorageConnection {
  readonly id: Uuid;
  /** NFS, Gluster, POSIX: "host:/path" or a path; LOCALFS: a path; iSCSI: an address. */
  readonly connection?: string;
  readonly vfs_type?: string;
  readonly mnt_options?: string;
  /** NFS: "3", "4", "4.1", "auto". */
  readonly protocol_version?: string;
  /** NFS: tenths of a second. */
  readonly timeout?: number | string;
  readonly retrans?: number | string;
  readonly user?: string;
  readonly password?: string;
  readonly port?: string;
  readonly iqn?: string;
  readonly portal?: string;
  readonly tpgt?: string;
  readonly ifaceName?: string;
  readonly netIfaceName?: string;
  readonly initiatorName?: string;
}

/** The call as a whole succeeds even when single connections failed: check each `status`. */
export interface ConnectionStatus {
  readonly id: Uuid;
  /** 0 or a storage error code (477 mount failed, 469 permission, …). */
  readonly status: number;
}

interface ConnectionParams {
  readonly storagepoolID: Uuid;
  readonly domainType: StorageType;
  readonly connectionParams: readonly StorageConnection[];
}

export interface StorageDomainInfo {
  readonly uuid: Uuid;
  readonly type: string;
  readonly class: string;
  readonly name: string;
  readonly role: 'Regular' | 'Master';
  readonly pool: readonly Uuid[];
  readonly version: DecimalText;
  readonly block_size: number;
  readonly alignment: number;
  readonly remotePath?: string;
}

export interface StorageDomainStats {
  /** Bytes. */
  readonly disktotal: DecimalText;
  readonly diskfree: DecimalText;
  readonly mdavalid: boolean;
  readonly mdathreshold: boolean;
  readonly mdasize: number;
  readonly mdafree: number;
}

export type PoolDomainState = 'active' | 'attached';

interface DomainInPool {
  readonly storagedomainID: Uuid;
  readonly storagepoolID: Uuid;
}

interface PoolAccess {
  readonly storagepoolID: Uuid;
  readonly hostID: number;
  /** Unused, but required by the protocol. */
  readonly scsiKey: string;
}

/** All four or none (then 5, 60, 10, 3). */
interface LeaseTimings {
  readonly lockRenewalIntervalSec?: number;
  readonly leaseTimeSec?: number;
  readonly ioOpTimeoutSec?: number;
  readonly leaseRetries?: number;
}

export interface SpmStatus {
  readonly spmStatus: 'SPM' | 'Contend' | 'Free';
  readonly spmLver: number;
  /** -1 for none. */
  readonly spmId: number;
}

export interface StoragePoolInfo {
  readonly info: {
    readonly name: string;
    /** `uuid:Active,uuid:Attached`. */
    readonly domains: string;
    readonly master_uuid: Uuid;
    readonly master_ver: number;
    readonly lver: number;
    readonly spm_id: number;
    readonly pool_status: 'connected' | 'disconnected';
    readonly isoprefix: string;
    readonly type: string;
    readonly version: DecimalText;
  };
  readonly dominfo: Readonly<
    Record<
      Uuid,
      {
        readonly status: string;
        readonly diskfree: DecimalText;
        readonly disktotal: DecimalText;
        readonly alerts: readonly unknown[];
        readonly isoprefix: string;
        readonly version: number;
      }
    >
  >;
}

export interface StoragePoolVerbs {
  'StoragePool.connectStorageServer': {
    params: ConnectionParams;
    result: readonly ConnectionStatus[];
  };
  'StoragePool.disconnectStorageServer': {
    params: ConnectionParams;
    result: readonly ConnectionStatus[];
  };
  /** `domainList` includes the master. Holds host id 250 for the time being. */
  'StoragePool.create': {
    params: {
      readonly storagepoolID: Uuid;
      readonly name: string;
      readonly masterSdUUID: Uuid;
      readonly masterVersion: number;
      readonly domainList: readonly Uuid[];
    } & LeaseTimings;
    result: true;
  };
  'StoragePool.connect': {
    params: PoolAccess & {
      readonly masterSdUUID: Uuid;
      readonly masterVersion: number;
      readonly domainDict?: Readonly<Record<Uuid, PoolDomainState>>;
    };
    result: true;
  };
  /** An unknown pool is success; 656 while SPM. */
  'StoragePool.disconnect': { params: PoolAccess & { readonly remove?: boolean }; result: true };
  'StoragePool.destroy': { params: PoolAccess; result: true };
  'StoragePool.getInfo': { params: { readonly storagepoolID: Uuid }; result: StoragePoolInfo };
  'StoragePool.getSpmStatus': { params: { readonly storagepoolID: Uuid }; result: SpmStatus };
  /** Gives a task. 656 already SPM; the task fails with 651 when another host holds the lock. */
  'StoragePool.spmStart': {
    params: {
      readonly storagepoolID: Uuid;
      readonly prevID: number;
      readonly prevLver: number | string;
      readonly enableScsiFencing: boolean | string;
      readonly maxHostID?: number;
      readonly domVersion?: number | string;
    };
    result: Uuid;
  };
  /** 653 while tasks exist. */
  'StoragePool.spmStop': { params: { readonly storagepoolID: Uuid }; result: true };
  'StoragePool.reconstructMaster': {
    params: {
      readonly storagepoolID: Uuid;
      readonly hostId: number;
      readonly name: string;
      readonly masterSdUUID: Uuid;
      readonly masterVersion: number;
      readonly domainDict: Readonly<Record<Uuid, PoolDomainState>>;
    } & LeaseTimings;
    result: true;
  };
}

export interface StorageDomainVerbs {
  /** Synchronous. 361 when the mount already holds a domain, 365 exists, 360 not mounted, 399. */
  'StorageDomain.create': {
    params: {
      readonly storagedomainID: Uuid;
      readonly domainType: StorageType;
      /** The same text as the connection's: "host:/path" or a path. */
      readonly typeArgs: string;
      readonly name: string;
      readonly domainClass: number;
      readonly version: number;
      readonly blockSize?: number;
      readonly maxHosts?: number;
    };
    result: true;
  };
  'StorageDomain.getInfo': {
    params: { readonly storagedomainID: Uuid };
    result: StorageDomainInfo;
  };
  'StorageDomain.getStats': {
    params: { readonly storagedomainID: Uuid };
    result: StorageDomainStats;
  };
  'StorageDomain.getImages': {
    params: { readonly storagedomainID: Uuid };
    result: readonly Uuid[];
  };
  /** BLANK `imageID` (the default): the volumes of all images. */
  'StorageDomain.getVolumes': {
    params: DomainInPool & { readonly imageID?: Uuid };
    result: readonly Uuid[];
  };
  'StorageDomain.attach': { params: DomainInPool; result: true };
  'StorageDomain.detach': {
    params: DomainInPool & {
      readonly masterSdUUID: Uuid;
      readonly masterVersion: number;
      readonly force?: boolean;
    };
    result: true;
  };
  'StorageDomain.activate': { params: DomainInPool; result: true };
  'StorageDomain.deactivate': {
    params: DomainInPool & { readonly masterSdUUID: Uuid; readonly masterVersion: number };
    result: true;
  };
  /** Deletes everything in the domain. */
  'StorageDomain.format': {
    params: { readonly storagedomainID: Uuid; readonly autoDetach: boolean };
    result: true;
  };
  'StorageDomain.setDescription': {
    params: { readonly storagedomainID: Uuid; readonly description: string };
    result: true;
  };
  'StorageDomain.validate': { params: { readonly storagedomainID: Uuid }; result: true };
}
