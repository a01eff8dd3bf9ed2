import { type Fact, known, unknown } from '@hosted-engine/core';
import { type Clock, messageOf } from '@hosted-engine/ports';

export interface MonitorOptions<T> {
  readonly name: string;
  readonly poll: () => Promise<T>;
  readonly clock: Clock;
  /** From the end of a poll to the next. */
  readonly intervalS: number | (() => number);
  /** A value older than this, counted from when its poll began, is unknown. */
  readonly maxAgeS: number;
  /** It begins with a pause, for this reason. */
  readonly pausedWhy?: string;
  /** Called when a poll ended; wakes the loop for facts that must not wait for its tick. */
  readonly onResult?: (value: T) => void;
}

/**
 * One measured fact, kept fresh in the background.
 *
 *   M1. None can block another: each has its own loop, and nobody waits for two of them together.
 *   M2. At most one poll is under way. One that hangs is never doubled: its fact grows old, then is unknown,
 *       and says for how long there was no answer.
 *   M3. A poll that ends late is taken with the age that it has, counted from its beginning.
 *   M4. A failed poll leaves the value before it in place until that is too old (I5).
 */
export interface Monitor<T> {
  fact(): Fact<T>;
  /** Polls now, unless a poll is under way: then waits for that one. Never rejects. */
  refresh(): Promise<void>;
  /** Polls after this moment: waits for a poll that is under way, then polls again. Never rejects. */
  renew(): Promise<void>;
  /** Polls no more; drops the value and what a poll under way will bring, and is unknown for the reason `why`. */
  pause(why: string): void;
  /** Polls now, as `renew`, and goes on with it. */
  resume(): Promise<void>;
  /** Polls every `intervalS`, except in a pause, until the signal aborts; ends then, whatever hangs. */
  run(signal: AbortSignal): Promise<void>;
}

export function createMonitor<T>(options: MonitorOptions<T>): Monitor<T> {
  const { name, clock, maxAgeS, intervalS } = options;
  const unmeasured = `${name} was not measured yet`;
  let last: { readonly value: T; readonly atS: number } | undefined;
  let isPaused = options.pausedWhy !== undefined;
  let failure = options.pausedWhy ?? unmeasured;
  /** Counts the pauses: what was asked before one is of something that is there no more. */
  let era = 0;
  /** Ends what `run` waits for. */
  let leave = (): void => undefined;
  let underWay: { readonly sinceS: number; readonly end: Promise<void> } | undefined;

  async function poll(startedS: number): Promise<void> {
    const begunIn = era;
    try {
      const value = await options.poll();
      if (begunIn !== era) return;
      last = { value, atS: startedS };
      options.onResult?.(value);
    } catch (error) {
      if (begunIn === era) failure = `${name}: ${messageOf(error)}`;
    } finally {
      underWay = undefined;
    }
  }

  function refresh(): Promise<void> {
    if (underWay === undefined) {
      const sinceS = clock.monotonicS();
      // Begun on the next turn, so that `underWay` is there before the poll can end.
      underWay = { sinceS, end: Promise.resolve().then(() => poll(sinceS)) };
    }
    return underWay.end;
  }

  async function renew(): Promise<void> {
    await underWay?.end;
    await refresh();
  }

  function whyUnknown(nowS: number): string {
    if (underWay === undefined || isPaused) return failure;
    const silentS = nowS - underWay.sinceS;
    return silentS > maxAgeS ? `${name}: no answer for ${Math.round(silentS)} s` : failure;
  }

  return {
    fact() {
      const nowS = clock.monotonicS();
      const ageS = last === undefined ? Number.POSITIVE_INFINITY : nowS - last.atS;
      if (last !== undefined && ageS <= maxAgeS) return known(last.value, ageS);
      const old = last === undefined ? '' : `${name} is ${Math.round(ageS)} s old; `;
      return unknown(`${old}${whyUnknown(nowS)}`);
    },
    refresh,
    renew,
    pause(why) {
      isPaused = true;
      era += 1;
      last = undefined;
      failure = why;
    },
    async resume() {
      isPaused = false;
      failure = unmeasured;
      leave();
      await renew();
    },
    async run(signal) {
      // One listener for the whole run: one for each poll would cost more than the poll.
      signal.addEventListener('abort', () => leave(), { once: true });
      while (!signal.aborted) {
        await new Promise<void>((resolve) => {
          leave = resolve;
          if (!isPaused) void refresh().then(resolve);
        });
        if (isPaused) continue;
        const pauseS = typeof intervalS === 'number' ? intervalS : intervalS();
        if (!signal.aborted) await clock.sleep(pauseS * 1000, signal);
      }
    },
  };
}
