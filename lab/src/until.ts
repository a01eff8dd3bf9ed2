import { setTimeout as sleep } from 'node:timers/promises';
import { HeError, messageOf } from '@hosted-engine/ports';

/** What a condition saw: `done` ends the wait with `value`; `seen` is shown when time runs out. */
export type Seen<T> =
  | { readonly done: true; readonly value: T }
  | { readonly done: false; readonly seen: string };

const POLL_MS = 150;

/** The condition did not even answer before its time was over. */
export const NO_ANSWER = Symbol('no answer');

/**
 * Polls every `pollMs` until the condition holds, for at most `boundSeconds`. A condition that throws is not yet
 * true; one that does not answer in time is left to itself. Rejects with HE_FAILED, the label, and
 * the last thing seen.
 */
export async function until<T>(
  condition: () => Promise<Seen<T>> | Seen<T>,
  boundSeconds: number,
  label: string,
  pollMs = POLL_MS,
): Promise<T> {
  const endMs = performance.now() + boundSeconds * 1000;
  let seen = 'nothing';
  for (;;) {
    const leftMs = Math.max(endMs - performance.now(), pollMs);
    try {
      const now = await answerWithin(condition, leftMs);
      if (now === NO_ANSWER) seen += ', then no answer';
      else if (now.done) return now.value;
      else seen = now.seen;
    } catch (error) {
      seen = messageOf(error);
    }
    if (performance.now() >= endMs) {
      throw new HeError('HE_FAILED', `${label}: not within ${boundSeconds} s; last seen: ${seen}`);
    }
    await sleep(pollMs);
  }
}

/** What `ask` gives within that time; one that takes longer is left to itself. */
export async function answerWithin<T>(
  ask: () => Promise<T> | T,
  leftMs: number,
): Promise<T | typeof NO_ANSWER> {
  const over = new AbortController();
  const answer = Promise.resolve().then(ask);
  const timer = sleep(leftMs, NO_ANSWER, { signal: over.signal });
  // Whichever loses the race ends unheard.
  answer.catch(() => undefined);
  timer.catch(() => undefined);
  try {
    return await Promise.race([answer, timer]);
  } finally {
    over.abort();
  }
}

/** For conditions that are plainly true or false. */
export function when(isDone: boolean, seen: string): Seen<undefined> {
  return isDone ? { done: true, value: undefined } : { done: false, seen };
}
