/** One thing measured, with what it must keep. */
export interface Figure {
  readonly name: string;
  readonly unit: 's' | 'ms' | 'MB' | 's/min' | 'MB/min';
  readonly values: readonly number[];
  /** The median must not be above this. */
  readonly medianMax: number;
  /** Nor any value above this; undefined: the median alone counts. */
  readonly worstMax?: number;
  /** How it was measured, where that must be known to judge it. */
  readonly note?: string;
}

/** A part that could not be measured here, with the reason. */
export interface Omission {
  readonly name: string;
  readonly why: string;
}

export type Finding = Figure | Omission;

export function isFigure(finding: Finding): finding is Figure {
  return 'values' in finding;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export function worst(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : Math.max(...values);
}

/** False also for a figure without values: nothing was kept then. */
export function isKept(figure: Figure): boolean {
  const { values, medianMax, worstMax = Number.POSITIVE_INFINITY } = figure;
  return median(values) <= medianMax && worst(values) <= worstMax;
}
