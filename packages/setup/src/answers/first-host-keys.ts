import type { AnswerKeys } from './answer-key.js';
import * as rules from './rules.js';

/** How an additional host gets the answer file of the first one. */
export const FIRST_HOST_KEYS = {
  'OVEHOSTED_FIRST_HOST/fetchAnswer': {
    type: 'bool',
    scope: 'run',
    meaning: 'whether to copy the answer file from the first host by SSH',
    whenAbsent: 'only when a person says so, or the first host is named',
    prompt:
      'The answer file may be fetched from the first host using scp.\n' +
      'If you do not want to download it automatically you can abort the setup answering no to the following question.\n' +
      'Do you want to scp the answer file from the first host? (Yes, No)[@DEFAULT@]:',
  },
  'OVEHOSTED_FIRST_HOST/fqdn': {
    type: 'str',
    scope: 'run',
    meaning: 'the FQDN or IP address of the first host',
    rule: rules.hostAddress,
    prompt: 'Please provide the FQDN or IP of the first host:',
  },
  'OVEHOSTED_FIRST_HOST/sshdPort': {
    type: 'int',
    scope: 'run',
    meaning: 'the port of the SSH daemon of the first host',
    fallback: 22,
    rule: rules.between(1, 65535),
  },
  'OVEHOSTED_FIRST_HOST/hostKeyFingerprint': {
    type: 'str',
    scope: 'run',
    meaning: 'the fingerprint (SHA256:…) that the SSH key of the first host must have',
    whenAbsent: "as root's known_hosts says, or a person",
    rule: (value) =>
      /^SHA256:[A-Za-z0-9+/]{43}$/.test(value)
        ? undefined
        : 'is not a fingerprint as ssh shows it, SHA256: and 43 characters',
  },
  'OVEHOSTED_FIRST_HOST/trustHostKey': {
    type: 'bool',
    scope: 'run',
    meaning: 'whether to trust the SSH key of the first host as it was shown',
    fallback: false,
    prompt: 'Do you trust this key? (Yes, No)[@DEFAULT@]:',
  },
  'OVEHOSTED_FIRST_HOST/rootPassword': {
    type: 'str',
    scope: 'run',
    meaning: 'the password of root on the first host',
    whenAbsent: 'a key of root, or a person is asked',
    isSecret: true,
    rule: rules.password,
    prompt: "Enter 'root' user password for host @HOST@:",
  },
} as const satisfies AnswerKeys;
