import type { Clock } from '@hosted-engine/ports';

/** Time of this machine. */
export function createSystemClock(): Clock {
  return {
    monotonicS: () => Number(process.hrtime.bigint()) / 1e9,
    wallMs: () => Date.now(),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        const done = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        signal?.addEventListener('abort', done, { once: true });
      }),
  };
}
