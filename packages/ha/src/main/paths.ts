/** Files of the HA daemon (ha-daemon.md 7 and 9). */
export const PATHS = {
  hostedEngineConf: '/etc/ovirt-hosted-engine/hosted-engine.conf',
  agentConf: '/etc/ovirt-hosted-engine-ha/agent.conf',
  vdsmConf: '/etc/vdsm/vdsm.conf',
  haConf: '/var/lib/ovirt-hosted-engine-ha/ha.conf',
  /** This host's own comes before the copy of the shared one. */
  brokerConf: [
    '/etc/ovirt-hosted-engine-ha/broker.conf',
    '/var/lib/ovirt-hosted-engine-ha/broker.conf',
  ],
  sharedBrokerConf: '/var/lib/ovirt-hosted-engine-ha/broker.conf',
  notificationTemplates: '/etc/ovirt-hosted-engine-ha/notifications',
  journal: '/var/lib/ovirt-hosted-engine-ha/journal.jsonl',
  vmConf: '/run/ovirt-hosted-engine-ha/vm.conf',
  vmConfFallback: '/var/lib/ovirt-hosted-engine-ha/vm.conf.fallback',
  startMark: '/run/ovirt-hosted-engine-ha/start-under-way',
  brokerSocket: '/run/ovirt-hosted-engine-ha/broker.socket',
  pki: {
    ca: '/etc/pki/vdsm/certs/cacert.pem',
    cert: '/etc/pki/vdsm/certs/vdsmcert.pem',
    key: '/etc/pki/vdsm/keys/vdsmkey.pem',
  },
} as const;
