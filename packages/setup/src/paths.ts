/** Every path on the host that set-up writes or looks at. */
export const PATHS = {
  hostedEngineConf: '/etc/ovirt-hosted-engine/hosted-engine.conf',
  answers: '/etc/ovirt-hosted-engine/answers.conf',
  vmConf: '/run/ovirt-hosted-engine-ha/vm.conf',
  brokerConf: '/var/lib/ovirt-hosted-engine-ha/broker.conf',
  haConf: '/var/lib/ovirt-hosted-engine-ha/ha.conf',
  qemuConf: '/etc/libvirt/qemu.conf',
  vdsmConf: '/etc/vdsm/vdsm.conf',
  vdsmId: '/etc/vdsm/vdsm.id',
  resolvConf: '/etc/resolv.conf',
  caCert: '/etc/pki/vdsm/certs/cacert.pem',
  hostCert: '/etc/pki/vdsm/certs/vdsmcert.pem',
  hostKey: '/etc/pki/vdsm/keys/vdsmkey.pem',
  /** Of one run alone; QEMU's user may enter, and reads what libvirt gives it. */
  seedDirectory: '/var/lib/ovirt-hosted-engine-setup/seed',
} as const;

/** Units of the distribution and ours. */
export const UNITS = {
  libvirt: 'libvirtd',
  sanlock: 'sanlock',
  hostd: 'vdsmd',
  ha: 'ovirt-ha-agent',
} as const;

/** vdsm:kvm, by number: the names may not exist on this host. */
export const STORAGE_OWNER = { uid: 36, gid: 36 } as const;
