import { setTimeout as sleep } from 'node:timers/promises';
import { HeError, messageOf } from '@hosted-engine/ports';

/** What a condition saw: `done` ends the wait with `value`; `seen` is shown when time runs out. */
export type Seen<T> =
  | { readonly done: true; readonly value: T }
  | { readonly done: false; readonly seen: string };

const POLL_MS = 150;

/**
 * Polls until the condition holds, for at most `boundSeconds`. A condition that throws is not yet
 * true. Rejects with HE_FAILED, the label, and the last thing seen.
 */
export async function until<T>(
  condition: () => Promise<Seen<T>> | Seen<T>,
  boundSeconds: number,
  label: string,
): Promise<T> {
  const started = performance.now();
  let seen = 'nothing';
  for (;;) {
    try {
      const now = await condition();
      if (now.done) return now.value;
      seen = now.seen;
    } catch (error) {
      seen = messageOf(error);
    }
    const elapsed = (performance.now() - started) / 1000;
    if (elapsed >= boundSeconds) {
      throw new HeError('HE_FAILED', `${label}: not within ${boundSeconds} s; last seen: ${seen}`);
    }
    await sleep(POLL_MS);
  }
}

/** For conditions that are plainly true or false. */
export function when(isDone: boolean, seen: string): Seen<undefined> {
  return isDone ? { done: true, value: undefined } : { done: false, seen };
}
