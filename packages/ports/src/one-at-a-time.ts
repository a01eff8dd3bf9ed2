import type { Clock } from './clock.js';
import { HeError } from './he-error.js';
import { Interrupter } from './interruption.js';

/**
 * The rule of house.md 6, as one mechanism: on one file or path at most one operation is
 * outstanding, each caller waits no longer than its own deadline, and nothing piles up behind an
 * operation that hangs.
 *
 * The operation itself is never cancelled (a system call cannot be): when it ends late its result
 * is dropped, and only then may the next one begin.
 */
export class OneAtATime {
  readonly #clock: Clock;
  /** Settles when the operation under way has ended; undefined when there is none. */
  #current: Promise<void> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether an operation is under way. */
  get busy(): boolean {
    return this.#current !== undefined;
  }

  /** Resolves when the operation under way, if any, has ended. */
  async idle(): Promise<void> {
    await this.#current;
  }

  /** Runs `operation` alone. HE_STORAGE_TIMEOUT when it, or the one before it, takes too long. */
  async run<T>(what: string, deadlineMs: number, operation: () => Promise<T>): Promise<T> {
    const over = new Interrupter();
    const expired = this.#clock.sleep(deadlineMs, over).then(() => 'expired' as const);
    try {
      while (this.#current !== undefined) {
        const first = await Promise.race([this.#current, expired]);
        if (first === 'expired') throw timedOut(what, deadlineMs, true);
      }
      const running = operation();
      const ended = running.then(
        () => undefined,
        () => undefined,
      );
      const current = ended.then(() => {
        if (this.#current === current) this.#current = undefined;
      });
      this.#current = current;
      const first = await Promise.race([running.then((value) => ({ value })), expired]);
      if (first === 'expired') throw timedOut(what, deadlineMs, false);
      return first.value;
    } finally {
      over.abort();
    }
  }
}

function timedOut(what: string, deadlineMs: number, behind: boolean): HeError {
  const why = behind ? 'an earlier operation has not ended' : 'no answer';
  return new HeError('HE_STORAGE_TIMEOUT', `${what}: ${why} after ${deadlineMs} ms`, {
    remedy: 'check the storage server and the network to it',
  });
}
