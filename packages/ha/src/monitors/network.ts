import type { Clock, NetworkProbe } from '@hosted-engine/ports';

export interface NetworkTestOptions {
  readonly probe: NetworkProbe;
  readonly clock: Clock;
  /** @default 5 */
  readonly tries?: number;
  /** @default 500 */
  readonly pauseMs?: number;
}

/** The share of tries that succeeded, 0..1 (ha-daemon.md 3: five tries, half a second apart). */
export async function networkShare(options: NetworkTestOptions): Promise<number> {
  const tries = options.tries ?? 5;
  let good = 0;
  for (let index = 0; index < tries; index += 1) {
    if (index > 0) await options.clock.sleep(options.pauseMs ?? 500);
    if (await options.probe.test()) good += 1;
  }
  return good / tries;
}
