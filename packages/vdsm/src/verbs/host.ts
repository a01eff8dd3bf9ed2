import type { HardwareInfo, HostCapabilities, NetworkCapabilities } from './capabilities.js';
import type { DecimalText, NoParams, StorageType, Uuid } from './common.js';
import type { BondDefinition, NetworkDefinition, SetupNetworksOptions } from './network.js';
import type { TaskInfo, TaskRecord, TaskStatus } from './task.js';
import type { VmFull, VmStats, VmStatus } from './vm.js';

/** One monitored domain of Host.getStorageRepoStats. */
export interface RepoStats {
  /** 0, or the storage error code of the last check. */
  readonly code: number;
  /** Seconds since the last check, with fraction. */
  readonly lastCheck: string;
  /** Seconds that the last check took, with fraction. */
  readonly delay: string;
  readonly valid: boolean;
  /** Format version; -1 while unknown. */
  readonly version: number;
  /** The host id is held in the domain's lockspace. */
  readonly acquired: boolean;
  /** The values are of a check made, not defaults. */
  readonly actual: boolean;
}

export interface InterfaceStats {
  readonly name: string;
  readonly state: 'up' | 'down';
  /** Mb/s. */
  readonly speed: DecimalText;
  /** Bytes. */
  readonly rx: DecimalText;
  readonly tx: DecimalText;
  readonly rxErrors: DecimalText;
  readonly txErrors: DecimalText;
  readonly rxDropped: DecimalText;
  readonly txDropped: DecimalText;
  /** Seconds of the host's monotonic clock. */
  readonly sampleTime: number;
}

export interface HaStats {
  readonly configured: boolean;
  readonly active: boolean;
  readonly score: number;
  readonly globalMaintenance: boolean;
  readonly localMaintenance: boolean;
}

/** Result of Host.getStats. Percentages and loads are text, memory is a number of MiB. */
export interface HostStats {
  readonly memFree: number;
  /** Percent. */
  readonly memUsed: DecimalText;
  readonly swapTotal: number;
  readonly swapFree: number;
  /** Load average, two decimals. */
  readonly cpuLoad: string;
  readonly cpuIdle: string;
  readonly cpuUser: string;
  readonly cpuSys: string;
  readonly cpuStatistics: Readonly<
    Record<
      string,
      {
        readonly nodeIndex: number;
        readonly cpuUser: string;
        readonly cpuSys: string;
        readonly cpuIdle: string;
      }
    >
  >;
  readonly vmCount: number;
  readonly vmActive: number;
  readonly vmMigrating: number;
  readonly incomingVmMigrations: number;
  readonly outgoingVmMigrations: number;
  readonly network: Readonly<Record<string, InterfaceStats>>;
  readonly storageDomains: Readonly<Record<Uuid, RepoStats>>;
  /** Free MiB by path. */
  readonly diskStats: Readonly<Record<string, { readonly free: DecimalText }>>;
  readonly momStatus: 'active' | 'inactive';
  readonly ksmState: boolean;
  readonly ksmPages: number;
  readonly ksmCpu: number;
  readonly ksmMergeAcrossNodes: boolean;
  readonly thpState: string;
  readonly anonHugePages: DecimalText;
  /** `YYYY-MM-DDTHH:MM:SS GMT`. */
  readonly dateTime: string;
  /** Epoch seconds. */
  readonly bootTime: DecimalText;
  /** Seconds since the host daemon started. */
  readonly elapsedTime: DecimalText;
  readonly numaNodeMemFree: Readonly<
    Record<string, { readonly memFree: DecimalText; readonly memPercent: number }>
  >;
  readonly v2vJobs: Readonly<Record<string, unknown>>;
  readonly multipathHealth: Readonly<Record<string, unknown>>;
  readonly netConfigDirty: 'True' | 'False';
  readonly haStats: HaStats;
  /** Only when hosted engine is configured here. */
  readonly haScore?: number;
}

export interface VmListEntry {
  readonly vmId: Uuid;
  readonly status: VmStatus;
  readonly statusTime: DecimalText;
}

export interface HostVerbs {
  'Host.ping': { params: NoParams; result: true };
  'Host.ping2': { params: NoParams; result: true };
  'Host.confirmConnectivity': { params: NoParams; result: true };
  /** With `connectivityCheck` it answers once connectivity is confirmed, or the change rolled back (10). */
  'Host.setupNetworks': {
    params: {
      readonly networks: Readonly<Record<string, NetworkDefinition>>;
      readonly bondings: Readonly<Record<string, BondDefinition>>;
      readonly options: SetupNetworksOptions;
    };
    result: true;
  };
  /** Makes the networks as they are now outlive a reboot. */
  'Host.setSafeNetworkConfig': { params: NoParams; result: true };
  'Host.echo': { params: { readonly message: string }; result: string };
  'Host.getCapabilities': { params: NoParams; result: HostCapabilities };
  'Host.getNetworkCapabilities': { params: NoParams; result: NetworkCapabilities };
  'Host.getStats': { params: NoParams; result: HostStats };
  'Host.getHardwareInfo': { params: NoParams; result: HardwareInfo };
  /** An empty `vmList` (the default) means all; `fullStatus` and `onlyUUID` change nothing. */
  'Host.getVMList': {
    params: {
      readonly fullStatus?: boolean;
      readonly vmList?: readonly Uuid[];
      readonly onlyUUID?: boolean;
    };
    result: readonly VmListEntry[];
  };
  'Host.getVMFullList': {
    params: { readonly vmList?: readonly Uuid[] };
    result: readonly VmFull[];
  };
  'Host.getAllVmStats': { params: NoParams; result: readonly VmStats[] };
  'Host.dumpxmls': {
    params: { readonly vmList: readonly Uuid[] };
    result: Readonly<Record<Uuid, string>>;
  };
  /** No pool or BLANK: all visible domains, after a rescan. */
  'Host.getStorageDomains': {
    params: {
      readonly storagepoolID?: Uuid;
      readonly domainClass?: number;
      readonly storageType?: StorageType;
      readonly remotePath?: string;
    };
    result: readonly Uuid[];
  };
  /** Zero or one pool. */
  'Host.getConnectedStoragePools': { params: NoParams; result: readonly Uuid[] };
  /** Only monitored domains appear; an empty `domains` (the default) means all of them. */
  'Host.getStorageRepoStats': {
    params: { readonly domains?: readonly Uuid[] };
    result: Readonly<Record<Uuid, RepoStats>>;
  };
  /** Returns at once; the host id (1..2000) is acquired in the background. Idempotent. */
  'Host.startMonitoringDomain': {
    params: { readonly sdUUID: Uuid; readonly hostID: number };
    result: true;
  };
  /** Releases the host id. Error 900 when the domain belongs to the connected pool. */
  'Host.stopMonitoringDomain': { params: { readonly sdUUID: Uuid }; result: true };
  /** Error 654 unless this host is the SPM. */
  'Host.getAllTasksStatuses': { params: NoParams; result: Readonly<Record<Uuid, TaskStatus>> };
  'Host.getAllTasksInfo': { params: NoParams; result: Readonly<Record<Uuid, TaskInfo>> };
  /** Works on any host. */
  'Host.getAllTasks': { params: NoParams; result: Readonly<Record<Uuid, TaskRecord>> };
  'Host.getJobs': {
    params: { readonly job_type?: string; readonly job_ids?: readonly Uuid[] };
    result: Readonly<Record<Uuid, Readonly<Record<string, unknown>>>>;
  };
  /** Error 40 when there is no HA daemon, 61 when it refused. `mode` in any letter case. */
  'Host.setHaMaintenanceMode': {
    params: { readonly mode: string; readonly enabled: boolean };
    result: true;
  };
}
