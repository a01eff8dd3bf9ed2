import type { DecimalText, Uuid } from './common.js';

/** Exact spellings of the protocol. */
export type VmStatus =
  | 'Up'
  | 'Down'
  | 'Migration Source'
  | 'Migration Destination'
  | 'Paused'
  | 'Powering down'
  | 'Powering up'
  | 'RebootInProgress'
  | 'Restoring state'
  | 'Saving State'
  | 'WaitForLaunch';

/** `exitReason` of a VM that is Down. */
export const EXIT_REASON = {
  success: 0,
  genericError: 1,
  lostQemu: 2,
  libvirtStartFailed: 3,
  migrationSucceeded: 4,
  saveStateSucceeded: 5,
  adminShutdown: 6,
  userShutdown: 7,
  migrationFailed: 8,
  libvirtDomainMissing: 9,
  destroyedOnStart: 10,
  hostShutdown: 11,
  postcopyMigrationFailed: 12,
  destroyedOnReboot: 13,
  destroyedOnPauseTimeout: 14,
} as const;

export interface DisplayInfo {
  readonly type: string;
  readonly port: string;
  readonly tlsPort: string;
  readonly ipAddress: string;
}

/** A VM that runs (or is about to). Many fields appear only once they are known. */
export interface RunningVmStats {
  readonly vmId: Uuid;
  readonly vmName?: string;
  readonly vmType?: string;
  readonly status: Exclude<VmStatus, 'Down'>;
  readonly statusTime: DecimalText;
  /** Seconds. */
  readonly elapsedTime?: DecimalText;
  readonly cpuUser?: string;
  readonly cpuSys?: string;
  /** Nanoseconds of CPU time. */
  readonly cpuUsage?: DecimalText;
  /** The three above are of two readings; false for the first seconds, when they are zeros. */
  readonly cpuActual?: boolean;
  /** Percent. */
  readonly memUsage?: DecimalText;
  readonly memoryStats?: Readonly<Record<string, unknown>>;
  readonly network?: Readonly<Record<string, unknown>>;
  readonly disks?: Readonly<Record<string, unknown>>;
  readonly displayInfo?: readonly DisplayInfo[];
  readonly pid?: DecimalText;
  /** "0" the monitor answers, "-1" it does not. */
  readonly monitorResponse?: '0' | '-1';
  readonly clientIp?: string;
  readonly timeOffset?: string;
  readonly kvmEnable?: 'true' | 'false';
  readonly acpiEnable?: 'true' | 'false';
  readonly guestFQDN?: string;
  readonly guestIPs?: string;
  readonly username?: string;
  readonly appsList?: readonly string[];
  readonly session?: string;
  readonly hash?: string;
  readonly pauseCode?: string;
  readonly migrationProgress?: number;
}

/** A VM that ended; it stays listed until VM.destroy. */
export interface DownVmStats {
  readonly vmId: Uuid;
  readonly status: 'Down';
  readonly statusTime: DecimalText;
  /** 0 normal, 1 error. */
  readonly exitCode: number;
  readonly exitMessage: string;
  /** EXIT_REASON. */
  readonly exitReason: number;
  readonly timeOffset: string;
}

export type VmStats = RunningVmStats | DownVmStats;

export interface VmFull {
  readonly vmId: Uuid;
  readonly status: VmStatus;
  readonly statusTime: DecimalText;
  readonly xml?: string;
  readonly [key: string]: unknown;
}

/** VDSM's own clients send `xml`; older ones the vm.conf map itself. */
export type VmCreateParams =
  | { readonly xml: string }
  | { readonly xml?: undefined; readonly [key: string]: unknown };

export type ConnectionAction = 'keep' | 'disconnect' | 'fail';

export interface GraphicsUpdate {
  readonly deviceType: 'graphics';
  readonly graphicsType: 'vnc' | 'spice';
  readonly password: string;
  /** Seconds. */
  readonly ttl: number;
  readonly existingConnAction: ConnectionAction;
  readonly params: Readonly<Record<string, string>>;
}

export interface InterfaceUpdate {
  readonly deviceType: 'interface';
  readonly [key: string]: unknown;
}

export interface VmMigrateParams {
  readonly vmId?: Uuid;
  /** "host:port" of the other host daemon. */
  readonly dst: string;
  readonly mode?: 'remote' | 'file';
  readonly method?: 'online';
  /** Address for the migration data, when it is not that of `dst`. */
  readonly dstqemu?: string;
  readonly consoleAddress?: string;
  readonly autoConverge?: boolean | string;
  readonly compressed?: boolean | string;
  readonly encrypted?: boolean | string;
  readonly tunneled?: boolean | string;
  readonly abortOnError?: boolean | string;
  /** MiB/s. */
  readonly maxBandwidth?: number;
  readonly downtime?: number | string;
  readonly outgoingLimit?: number;
  readonly incomingLimit?: number;
  readonly parallel?: number;
  readonly [key: string]: unknown;
}

export interface MigrationStatus {
  readonly status: { readonly code: number; readonly message: string };
  /** Percent. */
  readonly progress: number;
  /** Milliseconds. */
  readonly downtime?: number;
}

interface VmParam {
  readonly vmID: Uuid;
}

export interface VmVerbs {
  /** Asynchronous: the start itself may fail later, as status Down. The uuid in the XML counts. 4, 9. */
  'VM.create': { params: VmParam & { readonly vmParams: VmCreateParams }; result: VmFull };
  /** An array of one. 1 when there is no such VM here. */
  'VM.getStats': { params: VmParam; result: readonly VmStats[] };
  /** Ends QEMU, or takes a Down VM off the list. */
  'VM.destroy': { params: VmParam & { readonly gracefulAttempts?: number }; result: true };
  /** `delay` and `timeout` in seconds (30 and 120). With `force`, destroyed when it does not end in time. */
  'VM.shutdown': {
    params: VmParam & {
      readonly delay?: number | string;
      readonly message?: string;
      readonly reboot?: boolean;
      readonly timeout?: number | string;
      readonly force?: boolean;
    };
    result: true;
  };
  'VM.pause': { params: VmParam; result: { readonly vmList: Readonly<Record<string, unknown>> } };
  'VM.cont': { params: VmParam; result: { readonly vmList: Readonly<Record<string, unknown>> } };
  'VM.reset': { params: VmParam; result: true };
  'VM.setTicket': {
    params: VmParam & {
      readonly password: string;
      /** Seconds. */
      readonly ttl: number;
      readonly existingConnAction: ConnectionAction;
      readonly params: Readonly<Record<string, string>>;
    };
    result: true;
  };
  'VM.updateDevice': {
    params: VmParam & { readonly params: GraphicsUpdate | InterfaceUpdate };
    result: Readonly<Record<string, unknown>>;
  };
  'VM.migrate': {
    params: VmParam & { readonly params: VmMigrateParams };
    result: MigrationStatus;
  };
  'VM.getMigrationStatus': { params: VmParam; result: MigrationStatus };
  'VM.migrateCancel': { params: VmParam; result: true };
  /** From source to target host. Waits until the disks are prepared there. */
  'VM.migrationCreate': {
    params: VmParam & {
      readonly params: Readonly<Record<string, unknown>>;
      readonly incomingLimit?: number;
    };
    result: { readonly migrationPort: number; readonly params: Readonly<Record<string, unknown>> };
  };
}
