import { type AnswerValue, formatAnswerFile } from '@hosted-engine/formats';
import type { AnswerSet } from '../answers/answer-set.js';
import { ANSWER_NAMES, type AnswerName, answerKey } from '../answers/catalogue.js';
import { RECOVERY_KEYS } from '../answers/recovery-keys.js';

/** All answers of this host but its secrets, for deploying it again. Consent to remove things was for once. */
export function ownAnswerFile(answers: AnswerSet): string {
  return formatAnswerFile(entries(answers, (name) => !Object.hasOwn(RECOVERY_KEYS, name)));
}

/** What additional hosts take over: nothing of one host alone. */
export function clusterAnswerFile(answers: AnswerSet): string {
  return formatAnswerFile(entries(answers, (name) => answerKey(name).scope === 'cluster'));
}

function entries(
  answers: AnswerSet,
  isWanted: (name: AnswerName) => boolean,
): (readonly [string, AnswerValue])[] {
  return ANSWER_NAMES.flatMap((name) => {
    const value = answers.find(name);
    if (value === undefined || answerKey(name).isSecret === true || !isWanted(name)) return [];
    return [[name, value] as const];
  });
}
