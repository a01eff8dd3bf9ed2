import type { AnswerSet, Primitive } from '../answers/answer-set.js';
import { ANSWER_NAMES, type AnswerName, answerKey } from '../answers/catalogue.js';

export interface GivenAnswer {
  readonly name: AnswerName;
  readonly value: Primitive;
}

/** All answers of a run that are more than a key's fallback, but for the secret ones. */
export function givenAnswers(answers: AnswerSet): GivenAnswer[] {
  return ANSWER_NAMES.flatMap((name) => {
    const value = answers.find(name);
    if (value === undefined || answers.source(name) === undefined) return [];
    return answerKey(name).isSecret === true ? [] : [{ name, value }];
  });
}
