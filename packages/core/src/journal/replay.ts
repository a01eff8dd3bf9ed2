// Decides a journal's lines again with this program's `step` and compares (house.md 3).

import { type Step, step } from '../fsm/step.js';
import { type DecisionEntry, type JournalEntry, parseEntry } from './entry.js';

export type Replayed =
  | { readonly kind: 'same'; readonly line: number; readonly entry: DecisionEntry }
  | {
      readonly kind: 'differs';
      readonly line: number;
      readonly entry: DecisionEntry;
      readonly differences: readonly Difference[];
    }
  /** Nothing was decided there. */
  | {
      readonly kind: 'other';
      readonly line: number;
      readonly entry: Exclude<JournalEntry, DecisionEntry>;
    }
  /** The line cannot be replayed; the others can. */
  | { readonly kind: 'fault'; readonly line: number; readonly what: string };

export interface Difference {
  readonly what: 'state' | 'deadline' | 'effects' | 'reason' | 'score';
  readonly journal: string;
  readonly replay: string;
}

/** Replays one line; `line` is its number, for the message. Never throws. */
export function replayLine(line: number, text: string): Replayed {
  const parsed = parseEntry(text);
  if (parsed.kind === 'fault') return { kind: 'fault', line, what: parsed.what };
  const { entry } = parsed;
  if (entry.kind !== 'decision') return { kind: 'other', line, entry };
  let result: Step;
  try {
    result = step(entry.from, entry.seen, entry.config);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: 'fault', line, what: `is damaged: it cannot be decided again (${why})` };
  }
  const differences = differencesOf(entry, result);
  return differences.length === 0
    ? { kind: 'same', line, entry }
    : { kind: 'differs', line, entry, differences };
}

function differencesOf(entry: DecisionEntry, result: Step): readonly Difference[] {
  const pairs: readonly (readonly [Difference['what'], unknown, unknown])[] = [
    ['state', entry.to, result.next.name],
    ['deadline', entry.deadlineS, result.next.deadlineS],
    ['effects', entry.effects, result.effects],
    ['reason', entry.reason, result.reason],
    ['score', entry.score, result.score],
  ];
  return pairs.flatMap(([what, before, now]) => {
    const [journal, replay] = [canonical(before), canonical(now)];
    return journal === replay ? [] : [{ what, journal, replay }];
  });
}

/** Text that is equal for equal values, whatever the order of their keys; undefined members do not count. */
function canonical(value: unknown): string {
  if (typeof value === 'string') return value;
  const text = JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  return text ?? 'none';
}
