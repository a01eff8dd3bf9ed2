import type { Clock, Interruption } from '@hosted-engine/ports';
import type { VirtualClock } from './virtual-clock.js';

/**
 * A process of a simulated host. Answers reach it only while it runs: a frozen one gets them when it goes on,
 * as old as they are by then; a killed one never does, and its code stands still for ever.
 */
export class SimProcess {
  readonly #clock: VirtualClock;
  #state: 'running' | 'frozen' | 'dead' = 'running';
  #waiting: (() => void)[] = [];
  /** Seconds for which it has stood still in all. */
  #frozenS = 0;
  #frozenAtS = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  get state(): 'running' | 'frozen' | 'dead' {
    return this.#state;
  }

  /** Seconds that this process stood still so far. */
  get stoodStillS(): number {
    return this.#frozenS + (this.#state === 'frozen' ? this.#clock.nowS - this.#frozenAtS : 0);
  }

  deliver(run: () => void): void {
    if (this.#state === 'dead') return;
    if (this.#state === 'frozen') {
      this.#waiting.push(run);
      return;
    }
    this.#clock.touch();
    run();
  }

  freeze(): void {
    if (this.#state !== 'running') return;
    this.#state = 'frozen';
    this.#frozenAtS = this.#clock.nowS;
  }

  thaw(): void {
    if (this.#state !== 'frozen') return;
    this.#frozenS += this.#clock.nowS - this.#frozenAtS;
    this.#state = 'running';
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const run of waiting) this.#clock.after(0, () => this.deliver(run));
  }

  kill(): void {
    this.#state = 'dead';
    this.#waiting = [];
  }

  /** An answer that is made up `seconds` from now, of what is true then. */
  answer<T>(seconds: number, make: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#clock.after(seconds, () => {
        if (this.#state === 'dead') return;
        try {
          const value = make();
          this.deliver(() => resolve(value));
        } catch (error) {
          this.deliver(() => reject(error));
        }
      });
    });
  }
}

/** Where a host's clocks stand. */
export class HostTime {
  readonly #clock: VirtualClock;
  #rate = 1;
  #baseS: number;
  #sinceS: number;
  #wallS: number;

  constructor(clock: VirtualClock, monotonicS: number, wallS: number) {
    this.#clock = clock;
    this.#baseS = monotonicS;
    this.#sinceS = clock.nowS;
    this.#wallS = wallS;
  }

  monotonicS(): number {
    return this.#baseS + (this.#clock.nowS - this.#sinceS) * this.#rate;
  }

  wallMs(): number {
    return (this.#wallS + this.#clock.nowS) * 1000;
  }

  /** World seconds until `seconds` have passed on this host. */
  inWorld(seconds: number): number {
    return seconds / this.#rate;
  }

  jumpWall(seconds: number): void {
    this.#wallS += seconds;
  }

  drift(partsPerMillion: number): void {
    this.#baseS = this.monotonicS();
    this.#sinceS = this.#clock.nowS;
    this.#rate = 1 + partsPerMillion / 1e6;
  }
}

/** The clock port of one process. */
export function clockOf(clock: VirtualClock, time: HostTime, owner: SimProcess): Clock {
  /** Who sleeps until which signal: one listener for all of them. */
  const sleepers = new WeakMap<Interruption, Set<() => void>>();

  function sleepersOf(signal: Interruption): Set<() => void> {
    let waiting = sleepers.get(signal);
    if (waiting === undefined) {
      const all = new Set<() => void>();
      waiting = all;
      sleepers.set(signal, all);
      const onAbort = (): void => {
        for (const wake of [...all]) wake();
      };
      signal.addEventListener('abort', onAbort, { once: true });
    }
    return waiting;
  }

  return {
    monotonicS: () => time.monotonicS(),
    wallMs: () => time.wallMs(),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        const waiting = signal === undefined ? undefined : sleepersOf(signal);
        const onAbort = (): void => {
          waiting?.delete(onAbort);
          timer.cancel();
          clock.touch();
          resolve();
        };
        waiting?.add(onAbort);
        const timer = clock.after(time.inWorld(ms / 1000), () =>
          owner.deliver(() => {
            waiting?.delete(onAbort);
            resolve();
          }),
        );
      }),
  };
}
