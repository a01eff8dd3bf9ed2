// What set-up has said and asked so far, as data: the deploy screen draws it.
//
//   C1. Entries are only ever added, so that one can scroll back to all of them; but an answer that was
//       refused goes when its question is asked again, and what was said against it stays.
//   C2. A secret is not in here: its entry holds stars of a fixed number.

import { type Question, STAGES } from '@hosted-engine/setup';

export type Level = 'info' | 'warning' | 'error';

export type Entry =
  | { readonly kind: 'title' | 'note'; readonly text: string }
  | { readonly kind: 'message'; readonly level: Level; readonly text: string }
  | { readonly kind: 'answer'; readonly label: string; readonly shown: string };

export interface Progress {
  readonly what: string;
  readonly done: number;
  readonly total: number | undefined;
}

export interface Conversation {
  readonly entries: readonly Entry[];
  /** The heading above them: of a group of questions, later of a stage. */
  readonly heading: string;
  /** Index of the first entry below the last title. */
  readonly pageStart: number;
  readonly question: Question | undefined;
  /** What the field of the question begins with: what was typed there before; never a secret. */
  readonly first: string;
  /** The last answer, to be corrected when its question is asked again; never a secret. */
  readonly last: Last | undefined;
  /** Set-up changes this host by now. */
  readonly isChanging: boolean;
  readonly progress: Progress | undefined;
}

interface Last {
  readonly key: string;
  readonly text: string;
  /** Entries before its question was first asked, and index of its answer. */
  readonly start: number;
  readonly answeredAt: number;
}

export const NO_CONVERSATION: Conversation = {
  entries: [],
  heading: '',
  pageStart: 0,
  question: undefined,
  first: '',
  last: undefined,
  isChanging: false,
  progress: undefined,
};

export type Told =
  | { readonly kind: 'title' | 'note'; readonly text: string }
  | { readonly kind: 'message'; readonly level: Level; readonly text: string }
  | { readonly kind: 'progress'; readonly progress: Progress }
  /** `typed`: what was answered to it in a run before this one. */
  | { readonly kind: 'asked'; readonly question: Question; readonly typed?: string | undefined }
  | { readonly kind: 'answered'; readonly label: string; readonly text: string }
  | { readonly kind: 'given-up' };

const STAGE = /^Stage: (.+)$/;
const FIRST_CHANGE = STAGES.find(({ id }) => id === 'transaction')?.label;
const STARS = '********';

export function hear(before: Conversation, told: Told): Conversation {
  switch (told.kind) {
    case 'title': {
      const { entries } = add(before, told);
      return { ...before, entries, heading: told.text, pageStart: entries.length };
    }
    case 'note':
      return add(before, told);
    case 'message': {
      const stage = told.level === 'info' ? STAGE.exec(told.text)?.[1] : undefined;
      const after = { ...add(before, told), progress: undefined };
      if (stage === undefined) return after;
      return {
        ...after,
        heading: stage,
        isChanging: before.isChanging || stage === FIRST_CHANGE,
      };
    }
    case 'progress':
      return { ...before, progress: told.progress };
    case 'asked': {
      const { last, entries } = before;
      const { question, typed = '' } = told;
      const isAgain = last?.key === question.key;
      const first = question.isSecret ? '' : isAgain ? last.text : typed;
      const asked = { ...before, question, first, progress: undefined };
      if (!isAgain) return asked;
      const kept = [...entries.slice(0, last.start), ...entries.slice(last.answeredAt + 1)];
      return { ...asked, entries: kept };
    }
    case 'answered': {
      const { question } = before;
      if (question === undefined) return before;
      const typed = told.text === '' ? (question.fallback ?? '') : told.text;
      const shown = question.isSecret ? STARS : typed;
      const after = add(before, { kind: 'answer', label: told.label, shown });
      const answeredAt = before.entries.length;
      const isAgain = before.last?.key === question.key;
      const start = isAgain ? (before.last?.start ?? answeredAt) : answeredAt;
      const text = question.isSecret ? '' : told.text;
      return {
        ...after,
        question: undefined,
        last: { key: question.key, text, start, answeredAt },
      };
    }
    case 'given-up':
      return { ...before, question: undefined };
  }
}

function add(before: Conversation, entry: Entry): Conversation {
  return { ...before, entries: [...before.entries, entry] };
}
