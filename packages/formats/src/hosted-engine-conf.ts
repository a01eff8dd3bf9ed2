import { FormatError, type FormatProblem } from './format-error.js';
import { KeyValueDocument } from './key-value-document.js';

/** An image and its one volume on the hosted-engine storage domain. */
export interface DiskRef {
  readonly imageId: string;
  readonly volumeId: string;
}

/** /etc/ovirt-hosted-engine/hosted-engine.conf: where this host finds the engine VM. */
export interface HostedEngineConf {
  readonly fqdn: string;
  readonly vmId: string;
  readonly engineDisk: DiskRef;
  readonly lockspace: DiskRef;
  readonly metadata: DiskRef;
  readonly configuration: DiskRef;
  /** What is mounted: `server:/path`, or a directory of this host for a POSIX domain. */
  readonly storage: string;
  readonly domainType: 'nfs' | 'posixfs' | 'glusterfs';
  readonly mntOptions: string | undefined;
  /** File system type of a POSIX domain. */
  readonly vfsType: string | undefined;
  readonly nfsVersion: string | undefined;
  readonly sdUuid: string;
  readonly spUuid: string;
  readonly connectionUuid: string;
  readonly hostId: number;
  /** Path of the cached vm.conf. */
  readonly vmConfPath: string;
  readonly gateway: string | undefined;
  readonly bridge: string;
  readonly console: string | undefined;
  readonly vdsmUseSsl: boolean;
  readonly networkTest: string | undefined;
  readonly tcpTestAddress: string | undefined;
  readonly tcpTestPort: number | undefined;
  /** Ours: further targets of the network test, separated by commas. */
  readonly networkTestTargets: string | undefined;
  /** Ours: how many targets must answer. */
  readonly networkTestRequired: number | undefined;
  /** Seconds the engine gets to become healthy; old files call it service_start_timeout. */
  readonly serviceStartTimeS: number | undefined;
}

const ZERO_UUID = '00000000-0000-0000-0000-000000000000';
const VM_CONF_PATH = '/run/ovirt-hosted-engine-ha/vm.conf';
const DOMAIN_TYPES = ['nfs', 'posixfs', 'glusterfs'] as const;

/** Throws FormatError that names every key which is missing or makes no sense. */
export function parseHostedEngineConf(text: string, file: string): HostedEngineConf {
  const entries = KeyValueDocument.parse(text).entries();
  const problems: FormatProblem[] = [];
  const optional = (key: string): string | undefined => {
    const value = entries.get(key);
    return value === '' || value === 'None' ? undefined : value;
  };
  const required = (key: string): string => {
    const value = optional(key);
    if (value === undefined) problems.push({ key, what: 'is missing' });
    return value ?? '';
  };
  const number = (key: string): number | undefined => {
    const value = optional(key);
    if (value === undefined) return undefined;
    if (/^\d+$/.test(value)) return Number(value);
    problems.push({ key, what: 'is no number' });
    return undefined;
  };
  const disk = (name: string): DiskRef => ({
    imageId: required(`${name}_image_UUID`),
    volumeId: required(`${name}_volume_UUID`),
  });
  const domainType = (): HostedEngineConf['domainType'] => {
    const written = required('domainType').replace(/^nfs[34]$/, 'nfs');
    const known = DOMAIN_TYPES.find((type) => type === written);
    if (known === undefined && written !== '') {
      problems.push({ key: 'domainType', what: `is none of ${DOMAIN_TYPES.join(', ')}` });
    }
    return known ?? 'nfs';
  };
  const hostId = (): number => {
    required('host_id');
    return number('host_id') ?? 0;
  };

  const conf: HostedEngineConf = {
    fqdn: required('fqdn'),
    vmId: required('vmid'),
    engineDisk: { imageId: required('vm_disk_id'), volumeId: required('vm_disk_vol_id') },
    lockspace: disk('lockspace'),
    metadata: disk('metadata'),
    configuration: disk('conf'),
    storage: required('storage'),
    domainType: domainType(),
    mntOptions: optional('mnt_options'),
    vfsType: optional('vfs_type'),
    nfsVersion: optional('nfs_version'),
    sdUuid: required('sdUUID'),
    spUuid: optional('spUUID') ?? ZERO_UUID,
    connectionUuid: required('connectionUUID'),
    hostId: hostId(),
    vmConfPath: optional('conf') ?? VM_CONF_PATH,
    gateway: optional('gateway'),
    bridge: optional('bridge') ?? 'ovirtmgmt',
    console: optional('console'),
    vdsmUseSsl: (optional('vdsm_use_ssl') ?? 'true').toLowerCase() !== 'false',
    networkTest: optional('network_test'),
    tcpTestAddress: optional('tcp_t_address'),
    tcpTestPort: number('tcp_t_port'),
    networkTestTargets: optional('network_test_targets'),
    networkTestRequired: number('network_test_required'),
    serviceStartTimeS: number('service_start_time') ?? number('service_start_timeout'),
  };
  if (problems.length > 0) throw new FormatError(file, problems);
  return conf;
}

/**
 * The text for `conf`. With `base`, the file as it is now, comments, order and keys that are not
 * ours stay; keys whose value is undefined are removed.
 */
export function formatHostedEngineConf(conf: HostedEngineConf, base = ''): string {
  let document = KeyValueDocument.parse(base);
  for (const [key, value] of hostedEngineConfEntries(conf)) {
    document = value === undefined ? document.without(key) : document.with(key, String(value));
  }
  return document.toString();
}

function hostedEngineConfEntries(
  conf: HostedEngineConf,
): readonly (readonly [string, string | number | boolean | undefined])[] {
  const disk = (name: string, { imageId, volumeId }: DiskRef) =>
    [
      [`${name}_volume_UUID`, volumeId],
      [`${name}_image_UUID`, imageId],
    ] as const;
  return [
    ['fqdn', conf.fqdn],
    ['vm_disk_id', conf.engineDisk.imageId],
    ['vm_disk_vol_id', conf.engineDisk.volumeId],
    ['vmid', conf.vmId],
    ['storage', conf.storage],
    ['nfs_version', conf.nfsVersion],
    ['mnt_options', conf.mntOptions],
    ['vfs_type', conf.vfsType],
    ['conf', conf.vmConfPath],
    ['service_start_time', conf.serviceStartTimeS],
    ['host_id', conf.hostId],
    ['console', conf.console],
    ['domainType', conf.domainType],
    ['spUUID', conf.spUuid],
    ['sdUUID', conf.sdUuid],
    ['connectionUUID', conf.connectionUuid],
    ['vdsm_use_ssl', conf.vdsmUseSsl],
    ['gateway', conf.gateway],
    ['bridge', conf.bridge],
    ['network_test', conf.networkTest],
    ['tcp_t_address', conf.tcpTestAddress],
    ['tcp_t_port', conf.tcpTestPort],
    ['network_test_targets', conf.networkTestTargets],
    ['network_test_required', conf.networkTestRequired],
    ...disk('metadata', conf.metadata),
    ...disk('lockspace', conf.lockspace),
    ...disk('conf', conf.configuration),
  ];
}
