import type { Interruption } from './interruption.js';

/** Time as the daemons see it. Injected, so that the simulator owns it. */
export interface Clock {
  /** Seconds of CLOCK_MONOTONIC, with fraction. Never goes back; unrelated between hosts. */
  monotonicS(): number;
  /** Wall time in epoch milliseconds: for people and files only, never for a decision. */
  wallMs(): number;
  /** Resolves after `ms`, or at once when `signal` aborts; it never rejects. */
  sleep(ms: number, signal?: Interruption): Promise<void>;
}
