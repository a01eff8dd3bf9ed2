import type { Machine, Observation, Step } from '@hosted-engine/core';

/** One line of the decision journal: what was seen, and what was decided of it (I9). */
export interface JournalEntry {
  /** Epoch milliseconds, for people. */
  readonly wallMs: number;
  readonly from: Machine;
  readonly seen: Observation;
  readonly to: string;
  readonly effects: readonly string[];
  readonly reason: string;
  readonly score: number;
}

/** Where decisions are kept. Append must not wait for the disk, nor fail the loop. */
export interface Journal {
  append(entry: JournalEntry): void;
  close(): Promise<void>;
}

/** Decisions worth a line: a new state, an effect, or another reason than a moment ago. */
export function isNoteworthy(before: Machine, lastReason: string, result: Step): boolean {
  return (
    before.name !== result.next.name ||
    result.effects.length > 0 ||
    // Countdowns in a reason change every second; the words around them do not.
    withoutNumbers(lastReason) !== withoutNumbers(result.reason)
  );
}

function withoutNumbers(text: string): string {
  return text.replaceAll(/\d+/g, '#');
}

/** JSON with Maps as arrays of pairs, so that a replay can build them again. */
export function formatEntry(entry: JournalEntry): string {
  return JSON.stringify(entry, (_key, value: unknown) =>
    value instanceof Map ? { map: [...value] } : value,
  );
}
