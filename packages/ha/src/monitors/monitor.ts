import { type Fact, known, unknown } from '@hosted-engine/core';
import { type Clock, messageOf } from '@hosted-engine/ports';

export interface MonitorOptions<T> {
  readonly name: string;
  readonly poll: () => Promise<T>;
  readonly clock: Clock;
  readonly intervalS: number;
  /** A value older than this, counted from when its poll began, is unknown. */
  readonly maxAgeS: number;
  /** Called when a poll ended; wakes the loop for facts that must not wait for its tick. */
  readonly onResult?: (value: T) => void;
}

/** One measured fact, kept fresh in the background. None can block another: each has its own loop. */
export interface Monitor<T> {
  fact(): Fact<T>;
  /** Polls now, unless a poll is under way: then waits for that one. Never rejects. */
  refresh(): Promise<void>;
  /** Polls every `intervalS` until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

export function createMonitor<T>(options: MonitorOptions<T>): Monitor<T> {
  const { name, clock, maxAgeS } = options;
  let last: { readonly value: T; readonly atS: number } | undefined;
  let failure = `${name} was not measured yet`;
  let underWay: Promise<void> | undefined;

  async function poll(): Promise<void> {
    const startedS = clock.monotonicS();
    try {
      const value = await options.poll();
      last = { value, atS: startedS };
      options.onResult?.(value);
    } catch (error) {
      failure = `${name}: ${messageOf(error)}`;
    } finally {
      underWay = undefined;
    }
  }

  function refresh(): Promise<void> {
    underWay ??= poll();
    return underWay;
  }

  return {
    fact() {
      if (last === undefined) return unknown(failure);
      const ageS = clock.monotonicS() - last.atS;
      if (ageS <= maxAgeS) return known(last.value, ageS);
      return unknown(`${name} is ${Math.round(ageS)} s old; ${failure}`);
    },
    refresh,
    async run(signal) {
      while (!signal.aborted) {
        await refresh();
        await clock.sleep(options.intervalS * 1000, signal);
      }
    },
  };
}
