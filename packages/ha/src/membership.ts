import { unknown } from '@hosted-engine/core';
import type { Clock } from '@hosted-engine/ports';

export interface MembershipOptions {
  readonly hostId: number;
  readonly clock: Clock;
  readonly ownsHostId: () => boolean;
}

/** Two publications and a little: hosts that join together see each other before one of them starts (row 11). */
const SETTLE_S = 5;

/**
 * Why this host takes no part yet, or undefined when it does. One that cannot publish what it does starts nothing
 * (I8), nor does one that has not seen yet who else can.
 */
export function createMembership(
  options: MembershipOptions,
): () => ReturnType<typeof unknown> | undefined {
  const { hostId, clock, ownsHostId } = options;
  let sinceS: number | undefined;
  return () => {
    if (!ownsHostId()) {
      sinceS = undefined;
      return unknown(`host id ${hostId} is not proven to be ours yet`);
    }
    sinceS ??= clock.monotonicS();
    if (clock.monotonicS() - sinceS >= SETTLE_S) return undefined;
    return unknown(`host id ${hostId} is ours since a moment ago, looking who else is here`);
  };
}
