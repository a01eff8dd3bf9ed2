import type { AnswerKeys } from './answer-key.js';
import * as rules from './rules.js';

export const VDSM_KEYS = {
  'OVEHOSTED_VDSM/cpu': {
    type: 'str',
    scope: 'cluster',
    meaning: 'the CPU type to be used by the VM (model_…)',
    whenAbsent: 'the best that the host supports',
    rule: (value) =>
      /^model_[A-Za-z0-9_.-]+$/.test(value) ? undefined : 'is not a CPU type, as in model_Conroe',
    prompt: 'Please specify the CPU type to be used by the VM [@DEFAULT@]:',
  },
  'OVEHOSTED_VDSM/consoleType': {
    type: 'str',
    scope: 'cluster',
    meaning: 'the console type to connect to the VM; spice needs a QEMU that has it',
    fallback: 'vnc',
    rule: rules.oneOf('vnc', 'spice', 'qxl'),
    choices: ['vnc', 'spice'],
    prompt:
      'Please specify the console type you would like to use to connect to the VM (@CHOICES@) [@DEFAULT@]:',
  },
  'OVEHOSTED_VDSM/sanlockIoTimeout': {
    type: 'int',
    scope: 'cluster',
    meaning: "sanlock's I/O time-out in seconds, equal on all hosts",
    fallback: 10,
    rule: rules.between(1, 60),
  },
  'OVEHOSTED_VDSM/allowEmulation': {
    type: 'bool',
    scope: 'host',
    meaning: 'whether to go on without hardware virtualization, slowly',
    fallback: false,
  },
} as const satisfies AnswerKeys;
