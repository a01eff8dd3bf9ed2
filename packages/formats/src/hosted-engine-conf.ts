import type { ConfKey } from './conf-key.js';
import { ConfReader } from './conf-reader.js';
import { FormatError } from './format-error.js';
import { HOSTED_ENGINE_CONF_KEYS as KEYS, SERVICE_START_TIMEOUT } from './hosted-engine-keys.js';
import { KeyValueDocument } from './key-value-document.js';

export { HOSTED_ENGINE_CONF_KEYS } from './hosted-engine-keys.js';

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

/** Throws FormatError that names every key which is missing or makes no sense. */
export function parseHostedEngineConf(text: string, file: string): HostedEngineConf {
  const entries = KeyValueDocument.parse(text).entries();
  const reader = new ConfReader(({ key }) => {
    const value = entries.get(key);
    if (value === '' || value === 'None') return undefined;
    return key === KEYS.domainType.key ? value?.replace(/^nfs[34]$/, 'nfs') : value;
  });
  const required = (key: ConfKey & { readonly type: 'text' }): string => reader.get(key, '');
  const conf: HostedEngineConf = {
    fqdn: required(KEYS.fqdn),
    vmId: required(KEYS.vmId),
    engineDisk: { imageId: required(KEYS.engineImageId), volumeId: required(KEYS.engineVolumeId) },
    lockspace: {
      imageId: required(KEYS.lockspaceImageId),
      volumeId: required(KEYS.lockspaceVolumeId),
    },
    metadata: {
      imageId: required(KEYS.metadataImageId),
      volumeId: required(KEYS.metadataVolumeId),
    },
    configuration: { imageId: required(KEYS.confImageId), volumeId: required(KEYS.confVolumeId) },
    storage: required(KEYS.storage),
    // The reader knows no value but the choices.
    domainType: reader.get(KEYS.domainType, 'nfs') as HostedEngineConf['domainType'],
    mntOptions: reader.find(KEYS.mntOptions),
    vfsType: reader.find(KEYS.vfsType),
    nfsVersion: reader.find(KEYS.nfsVersion),
    sdUuid: required(KEYS.sdUuid),
    spUuid: required(KEYS.spUuid),
    connectionUuid: required(KEYS.connectionUuid),
    hostId: reader.get(KEYS.hostId, 0),
    vmConfPath: required(KEYS.vmConfPath),
    gateway: reader.find(KEYS.gateway),
    bridge: required(KEYS.bridge),
    console: reader.find(KEYS.console),
    vdsmUseSsl: reader.get(KEYS.vdsmUseSsl, true),
    networkTest: reader.find(KEYS.networkTest),
    tcpTestAddress: reader.find(KEYS.tcpTestAddress),
    tcpTestPort: reader.find(KEYS.tcpTestPort),
    networkTestTargets: reader.find(KEYS.networkTestTargets),
    networkTestRequired: reader.find(KEYS.networkTestRequired),
    serviceStartTimeS: reader.find(KEYS.serviceStartTimeS) ?? reader.find(SERVICE_START_TIMEOUT),
  };
  if (reader.problems.length > 0) throw new FormatError(file, reader.problems);
  return conf;
}

/**
 * The text for `conf`. With `base`, the file as it is now, comments, order and keys that are not
 * ours stay; keys whose value is undefined are removed.
 */
export function formatHostedEngineConf(conf: HostedEngineConf, base = ''): string {
  let document = KeyValueDocument.parse(base);
  const values = valuesOf(conf);
  for (const field of Object.keys(KEYS) as Field[]) {
    const { key } = KEYS[field];
    const value = values[field];
    document = value === undefined ? document.without(key) : document.with(key, String(value));
  }
  return document.toString();
}

type Field = keyof typeof KEYS;

function valuesOf(
  conf: HostedEngineConf,
): Readonly<Record<Field, string | number | boolean | undefined>> {
  const { engineDisk, lockspace, metadata, configuration, ...rest } = conf;
  return {
    ...rest,
    engineImageId: engineDisk.imageId,
    engineVolumeId: engineDisk.volumeId,
    lockspaceImageId: lockspace.imageId,
    lockspaceVolumeId: lockspace.volumeId,
    metadataImageId: metadata.imageId,
    metadataVolumeId: metadata.volumeId,
    confImageId: configuration.imageId,
    confVolumeId: configuration.volumeId,
  };
}
