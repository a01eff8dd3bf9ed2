import {
  type ConfKey,
  HA_CONF_KEYS,
  HOSTED_ENGINE_CONF_KEYS,
  VDSM_CONF_KEYS,
  VM_CONF_KEYS,
} from '@hosted-engine/formats';
import { BROKER_KEYS, SCORE_KEYS, TIMING_KEYS } from '@hosted-engine/ha';

/** One configuration file of the host, for the reference. The keys are those that its parser reads by. */
export interface ConfigurationFile {
  readonly title: string;
  readonly paths: readonly string[];
  readonly form: 'key=value lines that a shell can read' | 'INI' | 'vm.conf';
  readonly purpose: string;
  readonly writtenBy: string;
  /** Who reads it, and when: a change takes effect then. */
  readonly readers: readonly (readonly [who: string, when: string])[];
  readonly keys: readonly ConfKey[];
}

const AT_START = 'when it starts; restart it after a change, which touches no VM';

export const CONFIGURATION_FILES: readonly ConfigurationFile[] = [
  {
    title: 'hosted-engine.conf',
    paths: ['/etc/ovirt-hosted-engine/hosted-engine.conf'],
    form: 'key=value lines that a shell can read',
    purpose:
      'Where this host finds the engine VM, its storage and its network. The copy in the shared configuration volume is what hosts that are added later begin with: it has the same keys.',
    writtenBy: 'set-up; the admin',
    readers: [
      ['HA daemon', AT_START],
      ['host daemon', 'host_id alone, whenever it is asked for statistics'],
      ['`hosted-engine`', 'at each command'],
    ],
    keys: Object.values(HOSTED_ENGINE_CONF_KEYS),
  },
  {
    title: 'agent.conf',
    paths: ['/etc/ovirt-hosted-engine-ha/agent.conf'],
    form: 'INI',
    purpose:
      'What hosts may weigh and time differently. It need not exist. A bad value is warned of in the log, with its default, which is used then; so is a key that does not exist. Give all hosts of a cluster the same, but for the priority and the conditions.',
    writtenBy: 'the admin',
    readers: [['HA daemon', AT_START]],
    keys: [...Object.values(SCORE_KEYS), ...Object.values(TIMING_KEYS)],
  },
  {
    title: 'broker.conf',
    paths: [
      '/etc/ovirt-hosted-engine-ha/broker.conf',
      '/var/lib/ovirt-hosted-engine-ha/broker.conf',
    ],
    form: 'INI',
    purpose:
      'Who is told of what happens. The first of the two that exists counts: the second is a copy of the one in the shared configuration volume, kept by the HA daemon.',
    writtenBy: 'set-up, into the shared configuration; the admin',
    readers: [['HA daemon', 'for each notification']],
    keys: Object.values(BROKER_KEYS),
  },
  {
    title: 'ha.conf',
    paths: ['/var/lib/ovirt-hosted-engine-ha/ha.conf'],
    form: 'key=value lines that a shell can read',
    purpose: 'What of this host’s HA state outlives a restart. A missing file or key is False.',
    writtenBy: '`hosted-engine --set-maintenance`; the host daemon for the engine',
    readers: [['HA daemon', 'at every decision']],
    keys: Object.values(HA_CONF_KEYS),
  },
  {
    title: 'vm.conf',
    paths: ['/run/ovirt-hosted-engine-ha/vm.conf', 'vm.conf in the shared configuration volume'],
    form: 'vm.conf',
    purpose:
      'The engine VM’s definition. White space means nothing anywhere in it and `#` begins a comment. The first is a copy of the second, and `/var/lib/ovirt-hosted-engine-ha/vm.conf.fallback` one that outlives a reboot.',
    writtenBy: 'set-up and the engine, into the shared configuration; the HA daemon copies it',
    readers: [
      ['HA daemon', 'once a minute, and before each start of the VM'],
      ['host daemon', 'what the start hands it'],
    ],
    keys: Object.values(VM_CONF_KEYS),
  },
  {
    title: 'vdsm.conf',
    paths: ['/etc/vdsm/vdsm.conf'],
    form: 'INI',
    purpose:
      'How the host daemon is reached, and its timing of leases. It need not exist. Set-up also writes `default_bridge` of `[vars]`, for an original VDSM.',
    writtenBy: 'set-up; the admin',
    readers: [
      ['host daemon', AT_START],
      ['HA daemon', AT_START],
      ['`hosted-engine`', 'at each command: management_port and ssl'],
    ],
    keys: Object.values(VDSM_CONF_KEYS),
  },
];

/** Files without keys of their own. */
export const OTHER_FILES: readonly (readonly [path: string, meaning: string])[] = [
  [
    '/etc/ovirt-hosted-engine/answers.conf',
    'the answers of this host’s deployment, without secrets',
  ],
  [
    'fhanswers.conf in the shared configuration volume',
    'the answers that hosts added later take over',
  ],
  ['version in the shared configuration volume', 'version of the set-up that wrote it'],
  [
    '/etc/ovirt-hosted-engine-ha/notifications/state_transition.txt, alert.txt',
    'templates of the mails, RFC 822 messages with `{source-email}`, `{destination-emails}`, `{detail}`, `{hostname}`, `{time}`, `{date}`, `{type}`, `{reason}`; read for each mail, and there are built-in ones',
  ],
  ['/etc/vdsm/vdsm.id', 'uuid of the host, also its name for sanlock; made by the host daemon'],
  [
    '/etc/pki/vdsm/certs/cacert.pem, certs/vdsmcert.pem, keys/vdsmkey.pem',
    'the cluster’s CA, and this host’s certificate and key; read when a daemon starts',
  ],
  [
    '/etc/libvirt/qemu.conf',
    'set-up sets `lock_manager = "sanlock"`, on which the safety of the cluster rests',
  ],
  [
    '/run/ovirt-hosted-engine-ha/start-under-way',
    'there while a start of the engine VM that the HA daemon asked for is under way: a restarted daemon knows it for its own',
  ],
  [
    '/var/lib/ovirt-hosted-engine-ha/journal.jsonl',
    'the decisions of the HA daemon, as JSON lines',
  ],
];
