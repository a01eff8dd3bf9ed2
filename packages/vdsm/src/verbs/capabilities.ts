import type { DecimalText, Uuid } from './common.js';

/** One network of the host: for hosted engine a bridge. */
export interface NetworkCapability {
  readonly bridged: boolean;
  readonly iface: string;
  readonly addr: string;
  readonly netmask: string;
  readonly gateway: string;
  /** "address/prefix" each. */
  readonly ipv4addrs: readonly string[];
  readonly ipv6addrs: readonly string[];
  readonly mtu: number;
  readonly ports: readonly string[];
  readonly stp: 'on' | 'off';
  readonly dhcpv4: boolean;
  readonly dhcpv6: boolean;
  readonly ipv4defaultroute: boolean;
  readonly vlan?: number;
  readonly switch: 'legacy' | 'ovs';
}

export interface LinkCapability {
  readonly addr: string;
  readonly netmask: string;
  readonly gateway: string;
  readonly ipv4addrs: readonly string[];
  readonly ipv6addrs: readonly string[];
  readonly mtu: number;
}

export interface BridgeCapability extends LinkCapability {
  readonly ports: readonly string[];
  readonly stp: 'on' | 'off';
}

export interface NicCapability extends LinkCapability {
  readonly hwaddr: string;
  /** Mb/s; 0 when the link is down or does not say. */
  readonly speed: number;
}

export interface VlanCapability extends LinkCapability {
  readonly iface: string;
  readonly vlanid: number;
}

export interface BondCapability extends LinkCapability {
  readonly hwaddr: string;
  readonly slaves: readonly string[];
  readonly active_slave: string;
  readonly opts: Readonly<Record<string, string>>;
}

export interface NetworkCapabilities {
  readonly networks: Readonly<Record<string, NetworkCapability>>;
  readonly bridges: Readonly<Record<string, BridgeCapability>>;
  readonly nics: Readonly<Record<string, NicCapability>>;
  readonly vlans: Readonly<Record<string, VlanCapability>>;
  readonly bondings: Readonly<Record<string, BondCapability>>;
  readonly nameservers: readonly string[];
  readonly supportsIPv6: boolean;
}

/** Result of Host.getCapabilities. Fields past the ones named are allowed and ignored. */
export interface HostCapabilities extends NetworkCapabilities {
  readonly kvmEnabled: 'true' | 'false';
  readonly cpuCores: DecimalText;
  readonly cpuThreads: DecimalText;
  readonly cpuSockets: DecimalText;
  /** Comma list of CPU numbers. */
  readonly onlineCpus: string;
  readonly cpuModel: string;
  /** MHz, with fraction. */
  readonly cpuSpeed: string;
  /** Comma list; entries `model_<Name>` are the CPU models that guests can have. */
  readonly cpuFlags: string;
  /** MiB. */
  readonly memSize: DecimalText;
  /** MiB kept for the host. */
  readonly reservedMem: DecimalText;
  /** MiB per VM. */
  readonly guestOverhead: DecimalText;
  readonly emulatedMachines: readonly string[];
  readonly vmTypes: readonly string[];
  readonly software_version: string;
  readonly software_revision: string;
  readonly version_name: string;
  readonly supportedENGINEs: readonly string[];
  readonly clusterLevels: readonly string[];
  readonly uuid: Uuid;
  readonly operatingSystem: {
    readonly name: string;
    readonly version: string;
    readonly release: string;
    readonly pretty_name: string;
  };
  readonly packages2: Readonly<
    Record<string, { readonly version: string; readonly release: string }>
  >;
  readonly selinux: { readonly mode: string };
  readonly kdumpStatus: number;
  readonly hooks: Readonly<Record<string, unknown>>;
  readonly rngSources: readonly string[];
  readonly numaNodes: Readonly<
    Record<string, { readonly cpus: readonly number[]; readonly totalMemory: DecimalText }>
  >;
  readonly autoNumaBalancing: number;
  readonly HBAInventory: {
    readonly iSCSI: readonly { readonly InitiatorName: string }[];
    readonly FC: readonly unknown[];
  };
  readonly ISCSIInitiatorName: string;
  readonly lastClientIface: string;
  readonly netConfigDirty: 'True' | 'False';
  readonly hostedEngineDeployed: boolean;
  readonly domain_versions: readonly number[];
  /** Storage type name to block sizes. */
  readonly supported_block_size: Readonly<Record<string, readonly number[]>>;
  readonly vncEncrypted: boolean;
  readonly fipsEnabled: boolean;
  readonly backupEnabled: boolean;
  /** Page sizes in KiB. */
  readonly hugepages: readonly number[];
  readonly additionalFeatures: readonly string[];
}

export interface HardwareInfo {
  readonly systemManufacturer: string;
  readonly systemProductName: string;
  readonly systemVersion: string;
  readonly systemSerialNumber: string;
  readonly systemUUID: string;
  readonly systemFamily: string;
}
