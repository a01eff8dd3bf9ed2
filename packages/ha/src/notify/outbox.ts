// One channel's queue. The loop only puts notices in; everything slow happens here.
//
//   Q1. `add` never waits and never throws.
//   Q2. At most `sizeMax` notices wait; when more come, the oldest is left out and counted.
//   Q3. In order. One that fails is tried again after a pause that doubles up to `pauseMaxS`; one that is
//       refused for good, or too old, is left out.
//   Q4. One log line when sending begins to fail, one when it succeeds again.

import {
  type Clock,
  HeError,
  type Log,
  messageOf,
  type Notice,
  type NotificationChannel,
} from '@hosted-engine/ports';

export interface OutboxOptions {
  readonly channel: NotificationChannel;
  readonly clock: Clock;
  readonly log: Log;
  /** @default 100 */
  readonly sizeMax?: number;
  /** Seconds of the first pause. @default 5 */
  readonly pauseS?: number;
  /** @default 300 */
  readonly pauseMaxS?: number;
  /** Seconds after which a notice is not news any more. @default 86400 */
  readonly ageMaxS?: number;
  /** Seconds that one attempt may take. @default 60 */
  readonly attemptMaxS?: number;
}

export interface Outbox {
  add(notice: Notice): void;
  /** Sends what waits if the channel works, and ends within `graceS`. */
  close(graceS: number): Promise<void>;
}

export function createOutbox(options: OutboxOptions): Outbox {
  const { channel, clock, log } = options;
  const { sizeMax = 100, pauseS = 5, pauseMaxS = 300 } = options;
  const { ageMaxS = 86_400, attemptMaxS = 60 } = options;
  const end = new AbortController();
  const waiting: { readonly notice: Notice; readonly addedS: number }[] = [];
  let working: Promise<void> | undefined;
  let failures = 0;
  let leftOut = 0;

  async function attempt(notice: Notice): Promise<void> {
    const stop = new AbortController();
    const done = new AbortController();
    const abort = (): void => stop.abort();
    end.signal.addEventListener('abort', abort, { once: true });
    const late = clock.sleep(attemptMaxS * 1000, done.signal).then(() => {
      stop.abort();
      throw new HeError('HE_NOTIFICATION_FAILED', `no answer within ${attemptMaxS} s`);
    });
    late.catch(() => undefined);
    try {
      const delivery = await Promise.race([channel.send(notice, stop.signal), late]);
      if (delivery === 'sent') recovered();
    } finally {
      done.abort();
      end.signal.removeEventListener('abort', abort);
    }
  }

  function recovered(): void {
    if (failures > 0) {
      const lost = leftOut === 0 ? '' : `; ${leftOut} notifications were left out`;
      log.info(`${channel.name}: notifications can be sent again${lost}`);
    }
    failures = 0;
    leftOut = 0;
  }

  function failed(error: unknown): void {
    failures += 1;
    if (failures > 1 || end.signal.aborted) return;
    log.warn(`${channel.name}: notifications cannot be sent, trying again: ${messageOf(error)}`);
  }

  async function work(): Promise<void> {
    for (let next = waiting[0]; next !== undefined && !end.signal.aborted; next = waiting[0]) {
      if (clock.monotonicS() - next.addedS > ageMaxS) {
        waiting.shift();
        leftOut += 1;
        continue;
      }
      try {
        await attempt(next.notice);
        if (waiting[0] === next) waiting.shift();
      } catch (error) {
        failed(error);
        if (error instanceof HeError && error.code === 'HE_NOTIFICATION_REFUSED') {
          if (waiting[0] === next) waiting.shift();
          leftOut += 1;
        } else {
          const pause = Math.min(pauseMaxS, pauseS * 2 ** Math.min(failures - 1, 10));
          await clock.sleep(pause * 1000, end.signal);
        }
      }
    }
    working = undefined;
  }

  return {
    add(notice) {
      if (end.signal.aborted) return;
      waiting.push({ notice, addedS: clock.monotonicS() });
      if (waiting.length > sizeMax) {
        waiting.shift();
        leftOut += 1;
      }
      working ??= work();
    },
    async close(graceS) {
      if (working !== undefined && failures === 0) {
        const done = new AbortController();
        await Promise.race([working, clock.sleep(graceS * 1000, done.signal)]);
        done.abort();
      }
      end.abort();
    },
  };
}
