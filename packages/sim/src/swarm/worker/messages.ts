import type { Verdict } from '../judge.js';
import type { Shrunk } from '../shrink.js';

export interface Order {
  readonly seeds: readonly number[];
  readonly hosts: number | undefined;
  readonly isShrinking: boolean;
}

export interface Failure extends Shrunk {
  /** The shrunk plan has fewer hosts than the seed draws by itself. */
  readonly isOtherSize: boolean;
}

export interface Answer {
  readonly verdicts: readonly { readonly verdict: Verdict; readonly failure?: Failure }[];
}
