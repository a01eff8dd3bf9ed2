import type { Clock } from '@hosted-engine/ports';
import { type Run, throwIfAborted } from './run.js';

export interface WaitOptions {
  readonly everyMs: number;
  readonly atMostMs: number;
}

/**
 * Asks `look` again and again until it gives something. Undefined when time is up.
 * HE_ABORTED when the run ends first. The bound counts from the call.
 */
export async function waitFor<T>(
  run: Run,
  options: WaitOptions,
  look: (attempt: number) => Promise<T | undefined>,
): Promise<T | undefined> {
  const { clock } = run.world;
  const endS = clock.monotonicS() + options.atMostMs / 1000;
  for (let attempt = 1; ; attempt += 1) {
    throwIfAborted(run);
    const result = await look(attempt);
    if (result !== undefined) return result;
    if (clock.monotonicS() >= endS) return undefined;
    await clock.sleep(options.everyMs, run.signal);
  }
}

/** The same without a run to abort it: for undoing. */
export async function settleFor(
  clock: Clock,
  options: WaitOptions,
  isSettled: () => Promise<boolean>,
): Promise<boolean> {
  const endS = clock.monotonicS() + options.atMostMs / 1000;
  while (!(await isSettled())) {
    if (clock.monotonicS() >= endS) return false;
    await clock.sleep(options.everyMs);
  }
  return true;
}
