// The world's time. It moves only from one event to the next, and between two events everything that can run
// without time has run: all promises of the production code, however many awaits deep.

/** An event that will happen. */
export interface Timer {
  cancel(): void;
}

interface Entry extends Timer {
  readonly atMs: number;
  /** Events of one moment happen in the order in which they were asked for. */
  readonly order: number;
  run: (() => void) | undefined;
}

/** A world in which code waits for nothing would never end. */
const EVENTS_PER_S = 100_000;

export class VirtualClock {
  #nowMs = 0;
  #order = 0;
  #isTouched = true;
  #secondMs = 0;
  #events = 0;
  readonly #heap: Entry[] = [];

  /** Seconds since the world began. */
  get nowS(): number {
    return this.#nowMs / 1000;
  }

  after(seconds: number, run: () => void): Timer {
    const entry: Entry = {
      atMs: this.#nowMs + Math.max(0, seconds) * 1000,
      order: this.#order,
      run,
      cancel: () => {
        entry.run = undefined;
      },
    };
    this.#order += 1;
    this.#push(entry);
    return entry;
  }

  /** Tells that a promise was settled: its continuations run before the next event. */
  touch(): void {
    this.#isTouched = true;
  }

  /** Lets time pass. Rejects with what an event threw. */
  advance(seconds: number): Promise<void> {
    const endMs = this.#nowMs + seconds * 1000;
    this.#isTouched = true;
    return new Promise((resolve, reject) => {
      const pump = (): void => {
        try {
          for (;;) {
            if (this.#isTouched) {
              this.#isTouched = false;
              // A tick that is asked for by a microtask comes when no microtask is left.
              queueMicrotask(() => process.nextTick(pump));
              return;
            }
            const next = this.#popUntil(endMs);
            if (next === undefined) break;
            if (next.atMs - this.#secondMs >= 1000) {
              this.#secondMs = next.atMs;
              this.#events = 0;
            }
            this.#events += 1;
            if (this.#events > EVENTS_PER_S) throw new Error('time stands still: too many events');
            this.#nowMs = next.atMs;
            next.run?.();
          }
          this.#nowMs = endMs;
          resolve();
        } catch (error) {
          reject(error);
        }
      };
      pump();
    });
  }

  #popUntil(endMs: number): Entry | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || first.atMs > endMs) return undefined;
      this.#pop();
      if (first.run !== undefined) return first;
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(entry, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      if (left === undefined) break;
      const isRight = right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (!isBefore(child, last)) break;
      heap[index] = child;
      index = 2 * index + (isRight ? 2 : 1);
    }
    heap[index] = last;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
