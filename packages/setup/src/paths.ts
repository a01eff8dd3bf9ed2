/** Every path on the host that set-up writes or looks at. */
export const PATHS = {
  hostedEngineConf: '/etc/ovirt-hosted-engine/hosted-engine.conf',
  answers: '/etc/ovirt-hosted-engine/answers.conf',
  vmConf: '/run/ovirt-hosted-engine-ha/vm.conf',
  brokerConf: '/var/lib/ovirt-hosted-engine-ha/broker.conf',
  haConf: '/var/lib/ovirt-hosted-engine-ha/ha.conf',
  /** Loaded by the firewall's unit. */
  firewallRules: '/etc/ovirt-hosted-engine/firewall.nft',
  firewalldService: '/etc/firewalld/services/hosted-engine.xml',
  nftablesExample: '/etc/ovirt-hosted-engine/nftables.example',
  iptablesExample: '/etc/ovirt-hosted-engine/iptables.example',
  firewalldExample: '/etc/ovirt-hosted-engine/firewalld/hosted-engine.xml',
  /** The HA daemon's own copy of the last vm.conf that it could read. */
  vmConfFallback: '/var/lib/ovirt-hosted-engine-ha/vm.conf.fallback',
  qemuConf: '/etc/libvirt/qemu.conf',
  libvirtdConf: '/etc/libvirt/libvirtd.conf',
  group: '/etc/group',
  vdsmConf: '/etc/vdsm/vdsm.conf',
  vdsmId: '/etc/vdsm/vdsm.id',
  resolvConf: '/etc/resolv.conf',
  caCert: '/etc/pki/vdsm/certs/cacert.pem',
  hostCert: '/etc/pki/vdsm/certs/vdsmcert.pem',
  hostKey: '/etc/pki/vdsm/keys/vdsmkey.pem',
  /** The host's certificate once more, by the names and for the readers of libvirt and QEMU. */
  migrationPki: '/etc/pki/vdsm/libvirt-migrate',
  /** What a run leaves for the next one: run/journal.ts. */
  state: '/var/lib/ovirt-hosted-engine-setup/state.json',
  /** Copies of the files that a run replaced. */
  backups: '/var/lib/ovirt-hosted-engine-setup/backups',
  /** The answers of each run, without its secrets. */
  answersArchive: '/var/lib/ovirt-hosted-engine-setup/answers',
  /** Our own appliance, where `npm run appliance -- --ova` or a package puts it. */
  appliance: '/usr/share/ovirt-engine-appliance/hosted-engine-appliance.ova',
  authorizedKeys: '/root/.ssh/authorized_keys',
  /** Of one run alone; QEMU's user may enter, and reads what libvirt gives it. */
  seedDirectory: '/var/lib/ovirt-hosted-engine-setup/seed',
} as const;

/** Units of the distribution and ours. */
export const UNITS = {
  libvirt: 'libvirtd',
  /** Active where systemd listens for libvirtd; then the other one has to be, for TLS. */
  libvirtSocket: 'libvirtd.socket',
  libvirtTlsSocket: 'libvirtd-tls.socket',
  sanlock: 'sanlock',
  hostd: 'vdsmd',
  firewall: 'hosted-engine-firewall',
  /** Makes the saved bridge again at boot. */
  network: 'hosted-engine-network',
  ha: 'ovirt-ha-agent',
} as const;

/** vdsm:kvm, by number: the names may not exist on this host. */
export const STORAGE_OWNER = { uid: 36, gid: 36 } as const;
