import type { ConfKey } from './conf-key.js';

const ZERO_UUID = '00000000-0000-0000-0000-000000000000';

/** The keys of hosted-engine.conf, in the order in which they are written. */
export const HOSTED_ENGINE_CONF_KEYS = {
  fqdn: {
    key: 'fqdn',
    type: 'text',
    isRequired: true,
    meaning: 'name of the engine VM, whose health page is asked',
  },
  engineImageId: {
    key: 'vm_disk_id',
    type: 'text',
    isRequired: true,
    meaning: 'image of the engine VM’s disk',
  },
  engineVolumeId: {
    key: 'vm_disk_vol_id',
    type: 'text',
    isRequired: true,
    meaning: 'volume of the engine VM’s disk; its lease is that of the engine VM',
  },
  vmId: { key: 'vmid', type: 'text', isRequired: true, meaning: 'uuid of the engine VM' },
  storage: {
    key: 'storage',
    type: 'text',
    isRequired: true,
    meaning: '`server:/path`, or a directory of this host for a POSIX domain',
  },
  nfsVersion: {
    key: 'nfs_version',
    type: 'text',
    whenAbsent: 'what client and server agree on',
    meaning: 'version of an NFS domain: `v3`, `v4`, `v4_1`, `v4_2` or `auto`',
  },
  mntOptions: {
    key: 'mnt_options',
    type: 'text',
    whenAbsent: 'none',
    meaning: 'options of the mount',
  },
  vfsType: {
    key: 'vfs_type',
    type: 'text',
    isOurs: true,
    whenAbsent: 'none',
    meaning: 'file system type of a POSIX domain',
  },
  vmConfPath: {
    key: 'conf',
    type: 'text',
    fallback: '/run/ovirt-hosted-engine-ha/vm.conf',
    meaning: 'where vm.conf is cached',
  },
  serviceStartTimeS: {
    key: 'service_start_time',
    type: 'integer',
    min: 0,
    max: 86_400,
    whenAbsent: 'nothing',
    meaning: 'kept for agents of other versions; nothing here reads it',
  },
  hostId: {
    key: 'host_id',
    type: 'integer',
    min: 1,
    max: 2000,
    isRequired: true,
    meaning:
      'number of this host in the cluster, its slot and its id for sanlock; each host has its own',
  },
  console: {
    key: 'console',
    type: 'text',
    whenAbsent: 'none',
    meaning: 'kind of the engine VM’s graphical console',
  },
  domainType: {
    key: 'domainType',
    type: 'choice',
    choices: ['nfs', 'posixfs', 'glusterfs'],
    isRequired: true,
    meaning: 'kind of the storage domain; `nfs3` and `nfs4` of old files are `nfs`',
  },
  spUuid: {
    key: 'spUUID',
    type: 'text',
    fallback: ZERO_UUID,
    meaning: 'storage pool; none since version 4',
  },
  sdUuid: { key: 'sdUUID', type: 'text', isRequired: true, meaning: 'the storage domain' },
  connectionUuid: {
    key: 'connectionUUID',
    type: 'text',
    isRequired: true,
    meaning: 'the connection to its server',
  },
  vdsmUseSsl: {
    key: 'vdsm_use_ssl',
    type: 'flag',
    fallback: true,
    meaning: 'the host daemon is asked over TLS with this host’s certificate',
  },
  gateway: {
    key: 'gateway',
    type: 'text',
    whenAbsent: 'other targets are needed',
    meaning: 'what a network test by ping asks',
  },
  bridge: {
    key: 'bridge',
    type: 'text',
    fallback: 'ovirtmgmt',
    meaning: 'bridge of the management network; a host on which it is down scores less',
  },
  networkTest: {
    key: 'network_test',
    type: 'choice',
    choices: ['ping', 'dns', 'tcp', 'none'],
    fallback: 'ping',
    meaning:
      'how the management network is tested: `ping` of the gateway, `dns` by a query to the resolvers of this host, `tcp` by a connection to tcp_t_address, `none`',
  },
  tcpTestAddress: {
    key: 'tcp_t_address',
    type: 'text',
    whenAbsent: 'other targets are needed',
    meaning: 'where the network test by tcp connects to',
  },
  tcpTestPort: {
    key: 'tcp_t_port',
    type: 'integer',
    min: 1,
    max: 65_535,
    whenAbsent: 'needed with tcp_t_address',
    meaning: 'and its port',
  },
  networkTestTargets: {
    key: 'network_test_targets',
    type: 'text',
    isOurs: true,
    whenAbsent: 'none',
    meaning:
      'further targets, separated by commas: `ADDRESS`, tested as network_test says, or `ping:ADDRESS`, `dns:ADDRESS`, `tcp:ADDRESS:PORT`; IPv6 addresses in brackets',
  },
  networkTestRequired: {
    key: 'network_test_required',
    type: 'integer',
    min: 1,
    max: 100,
    isOurs: true,
    whenAbsent: 'half of the targets, rounded up',
    meaning:
      'how many targets must answer. The network’s share is that of the target in this place, best first',
  },
  metadataVolumeId: {
    key: 'metadata_volume_UUID',
    type: 'text',
    isRequired: true,
    meaning: 'the whiteboard',
  },
  metadataImageId: {
    key: 'metadata_image_UUID',
    type: 'text',
    isRequired: true,
    meaning: 'its image',
  },
  lockspaceVolumeId: {
    key: 'lockspace_volume_UUID',
    type: 'text',
    isRequired: true,
    meaning: 'the lockspace that proves host ids to be used once',
  },
  lockspaceImageId: {
    key: 'lockspace_image_UUID',
    type: 'text',
    isRequired: true,
    meaning: 'its image',
  },
  confVolumeId: {
    key: 'conf_volume_UUID',
    type: 'text',
    isRequired: true,
    meaning: 'the shared configuration',
  },
  confImageId: { key: 'conf_image_UUID', type: 'text', isRequired: true, meaning: 'its image' },
} as const satisfies Readonly<Record<string, ConfKey>>;

/** An earlier name of service_start_time. */
export const SERVICE_START_TIMEOUT = {
  ...HOSTED_ENGINE_CONF_KEYS.serviceStartTimeS,
  key: 'service_start_timeout',
} as const;
