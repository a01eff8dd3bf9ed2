import type { AnswerKeys } from './answer-key.js';
import * as rules from './rules.js';

export const CORE_KEYS = {
  'OVEHOSTED_CORE/deployProceed': {
    type: 'bool',
    scope: 'run',
    meaning: 'whether to go on and configure this host as a hypervisor',
    fallback: true,
    prompt:
      'Continuing will configure this host for serving as hypervisor and create a VM where oVirt Engine will be installed afterwards.\n' +
      'Are you sure you want to continue? (@CHOICES@)[@DEFAULT@]:',
  },
  'OVEHOSTED_CORE/screenProceed': {
    type: 'bool',
    scope: 'run',
    meaning: 'whether to go on over SSH without a terminal multiplexer',
    fallback: false,
    prompt:
      'It has been detected that this program is executed through an SSH connection without using screen.\n' +
      'Continuing with the installation may lead to broken installation if the network connection fails.\n' +
      'It is highly recommended to abort the installation and run it inside a screen session.\n' +
      'Do you want to continue anyway? (@CHOICES@)[@DEFAULT@]:',
  },
  'OVEHOSTED_CORE/isAdditionalHost': {
    type: 'bool',
    scope: 'run',
    meaning: 'whether this host joins the cluster found on the storage',
    whenAbsent: 'as the storage shows',
    prompt:
      'The specified storage location already contains a data domain. Is this an additional host setup (@CHOICES@)[@DEFAULT@]?',
  },
  'OVEHOSTED_CORE/additionalHostReDeployment': {
    type: 'bool',
    scope: 'run',
    meaning: 'whether this host takes over its own former host id',
    fallback: false,
    prompt:
      'This host was part of the cluster before. Is it to be deployed again under its host id? (@CHOICES@)[@DEFAULT@]:',
  },
  'OVEHOSTED_CORE/cpuProceed': {
    type: 'bool',
    scope: 'run',
    meaning: 'whether to go on with fewer virtual CPUs than recommended',
    fallback: false,
    prompt: 'Continue with specified CPU number? (@CHOICES@)[@DEFAULT@]:',
  },
  'OVEHOSTED_CORE/diskProceed': {
    type: 'bool',
    scope: 'run',
    meaning: 'whether to go on with a smaller disk than recommended',
    fallback: false,
    prompt: 'Continue with specified disk size? (@CHOICES@)[@DEFAULT@]:',
  },
  'OVEHOSTED_CORE/memoryProceed': {
    type: 'bool',
    scope: 'run',
    meaning: 'whether to go on with less memory than recommended, or more than is available',
    fallback: false,
    prompt: 'Continue with specified memory size? (@CHOICES@)[@DEFAULT@]:',
  },
  'OVEHOSTED_CORE/checkRequirements': {
    type: 'bool',
    scope: 'run',
    meaning: 'whether to warn of sizes below the recommended minimum',
    fallback: true,
  },
  'OVEHOSTED_CORE/tempDir': {
    type: 'str',
    scope: 'run',
    meaning: 'a directory for what has to be unpacked from an appliance',
    fallback: '/var/tmp',
    rule: rules.absolutePath,
  },
  'OVEHOSTED_CORE/confirmSettings': {
    type: 'bool',
    scope: 'run',
    meaning: 'your consent to the installation settings (bool:True)',
    isRequired: true,
    prompt: 'Please confirm installation settings (@CHOICES@)[@DEFAULT@]:',
  },
} as const satisfies AnswerKeys;

export const ENGINE_KEYS = {
  'OVEHOSTED_ENGINE/appHostName': {
    type: 'str',
    scope: 'host',
    meaning: 'the name of this host inside the Administrator Portal',
    whenAbsent: 'hosted_engine_ and the host id',
    rule: rules.plainWord,
    prompt:
      'Enter the name which will be used to identify this host inside the Administrator Portal [@DEFAULT@]:',
  },
  'OVEHOSTED_ENGINE/adminPassword': {
    type: 'str',
    scope: 'host',
    meaning: "the password of 'admin@internal' in the Administrator Portal",
    isSecret: true,
    isRequired: true,
    rule: rules.password,
    prompt:
      "Enter 'admin@internal' user password that will be used for accessing the Administrator Portal:",
    confirmation: "Confirm 'admin@internal' user password:",
  },
  'OVEHOSTED_ENGINE/clusterName': {
    type: 'str',
    scope: 'cluster',
    meaning: "the engine's cluster that the host joins",
    fallback: 'Default',
    rule: rules.name,
  },
  'OVEHOSTED_ENGINE/engineSetupTimeout': {
    type: 'int',
    scope: 'run',
    meaning: 'how many seconds to wait for the engine in its VM',
    fallback: 600,
    rule: rules.atLeastOne,
  },
  'OVEHOSTED_ENGINE/caFingerprint': {
    type: 'str',
    scope: 'cluster',
    meaning: "the SHA-256 fingerprint of the engine's CA certificate",
    whenAbsent: 'of the CA that the first host makes',
    rule: rules.fingerprint,
  },
} as const satisfies AnswerKeys;

export const NOTIFICATION_KEYS = {
  'OVEHOSTED_NOTIF/smtpServer': {
    type: 'str',
    scope: 'cluster',
    meaning: 'the SMTP server that sends notifications',
    fallback: 'localhost',
    rule: rules.mailServer,
    prompt:
      'Please provide the name of the SMTP server through which we will send notifications [@DEFAULT@]:',
  },
  'OVEHOSTED_NOTIF/smtpPort': {
    type: 'int',
    scope: 'cluster',
    meaning: 'the TCP port of the SMTP server',
    fallback: 25,
    rule: rules.between(1, 65535),
    prompt: 'Please provide the TCP port number of the SMTP server [@DEFAULT@]:',
  },
  'OVEHOSTED_NOTIF/sourceEmail': {
    type: 'str',
    scope: 'cluster',
    meaning: 'the address that notifications come from',
    fallback: 'root@localhost',
    rule: rules.mailAddress,
    prompt: 'Please provide the email address from which notifications will be sent [@DEFAULT@]:',
  },
  'OVEHOSTED_NOTIF/destEmail': {
    type: 'str',
    scope: 'cluster',
    meaning: 'the addresses that get notifications',
    fallback: 'root@localhost',
    rule: rules.mailAddresses,
    prompt:
      'Please provide a comma-separated list of email addresses which will get notifications [@DEFAULT@]:',
  },
} as const satisfies AnswerKeys;
