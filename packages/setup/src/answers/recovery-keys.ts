import type { AnswerKeys } from './answer-key.js';
import * as rules from './rules.js';

/** What to do about something that a broken-off deployment left. */
export const RECOVERY_KEYS = {
  'OVEHOSTED_CORE/interruptedRun': {
    type: 'str',
    scope: 'run',
    meaning:
      'what to do about a deployment of this host that was broken off: resume, clean or abort',
    fallback: 'resume',
    choices: ['resume', 'clean', 'abort'],
    rule: rules.oneOf('resume', 'clean', 'abort'),
    prompt: 'Resume it, clean up what it left and begin anew, or abort? (@CHOICES@)[@DEFAULT@]:',
  },
  'OVEHOSTED_CORE/keepOnFailure': {
    type: 'bool',
    scope: 'run',
    meaning:
      'whether a run that fails leaves what it did, to be resumed, and does not undo it; when nobody says, it is left only after the system in the VM was installed by hand',
    fallback: false,
  },
  'OVEHOSTED_STORAGE/unfinishedDomain': {
    type: 'str',
    scope: 'run',
    meaning:
      'what to do about a hosted engine domain on the storage that was never finished: clean removes it with all that it holds, abort leaves it',
    fallback: 'abort',
    choices: ['clean', 'abort'],
    rule: rules.oneOf('clean', 'abort'),
    prompt: 'Remove it from the storage with all that it holds? (@CHOICES@)[@DEFAULT@]:',
  },
} as const satisfies AnswerKeys;
