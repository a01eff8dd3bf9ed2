// What a person has answered in a run of set-up, so that another run can be brought to the question before.
// It holds passwords: it is neither shown nor written anywhere, and gone with the screen.

import type { Question } from '@hosted-engine/setup';

export interface TypedAnswer {
  readonly question: Question;
  readonly text: string;
}

/** How a run begins that was begun before. */
export interface Beginning {
  /** Given again as their questions come. */
  readonly answers: readonly TypedAnswer[];
  /** Stands in the field of its question, to be changed. */
  readonly proposed: TypedAnswer | undefined;
}

export const FROM_THE_START: Beginning = { answers: [], proposed: undefined };

/** The beginning that leads to the last question that was answered. Undefined: there is none. */
export function beginningBefore(answers: readonly TypedAnswer[]): Beginning | undefined {
  const proposed = answers.at(-1);
  return proposed === undefined ? undefined : { answers: answers.slice(0, -1), proposed };
}

/** Without the answers from this question on, which is asked again. */
export function until(answers: readonly TypedAnswer[], question: Question): readonly TypedAnswer[] {
  const index = answers.findIndex((answer) => isTo(answer, question));
  return index === -1 ? answers : answers.slice(0, index);
}

/** The answer to this question and those behind it. Questions that are not asked any more are passed over. */
export function from(answers: readonly TypedAnswer[], question: Question): readonly TypedAnswer[] {
  const index = answers.findIndex((answer) => isTo(answer, question));
  return index === -1 ? [] : answers.slice(index);
}

/** A password and its confirmation have the same key. */
export function isTo({ question }: TypedAnswer, asked: Question): boolean {
  return question.key === asked.key && question.prompt === asked.prompt;
}
