import type { Clock } from '../clock.js';
import type { Interruption } from '../interruption.js';

/** A clock that moves only when told, so that no test waits. */
export class ManualClock implements Clock {
  #nowMs = 1_000_000;
  readonly #sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>();

  monotonicS(): number {
    return this.#nowMs / 1000;
  }

  wallMs(): number {
    return 1_700_000_000_000 + this.#nowMs;
  }

  sleep(ms: number, signal?: Interruption): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const wake = (): void => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { untilMs: this.#nowMs + ms, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  /** How many callers sleep. */
  get sleeperCount(): number {
    return this.#sleepers.size;
  }

  /** Moves time on, waking each sleeper at its moment, and lets what they woke run. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (;;) {
      await settle();
      const next = [...this.#sleepers]
        .filter((sleeper) => sleeper.untilMs <= endMs)
        .sort((a, b) => a.untilMs - b.untilMs)[0];
      if (next === undefined) break;
      this.#nowMs = Math.max(this.#nowMs, next.untilMs);
      next.wake();
    }
    this.#nowMs = endMs;
    await settle();
  }
}

/** Lets everything that can run without time or I/O run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
