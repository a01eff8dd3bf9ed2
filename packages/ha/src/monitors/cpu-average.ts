/** Length of the history that the score looks at (ha-daemon.md 4), in seconds. */
const HISTORY_S = 15 * 60;

interface Sample {
  readonly atS: number;
  readonly load: number;
}

/** Time-weighted average of the CPU load over the last 15 minutes. */
export interface CpuAverage {
  add(atS: number, load: number): void;
  /** Undefined before the first sample. */
  value(nowS: number): number | undefined;
}

export function createCpuAverage(): CpuAverage {
  let samples: Sample[] = [];
  return {
    add(atS, load) {
      samples.push({ atS, load });
      // The newest sample before the window still counts for the window's first part.
      const firstInside = samples.findIndex((sample) => sample.atS > atS - HISTORY_S);
      if (firstInside > 1) samples = samples.slice(firstInside - 1);
    },
    value(nowS) {
      const first = samples[0];
      if (first === undefined) return undefined;
      const fromS = Math.max(first.atS, nowS - HISTORY_S);
      if (nowS <= fromS) return samples.at(-1)?.load;
      let area = 0;
      samples.forEach((sample, index) => {
        const startS = Math.max(sample.atS, fromS);
        const endS = Math.min(samples[index + 1]?.atS ?? nowS, nowS);
        area += sample.load * Math.max(0, endS - startS);
      });
      return area / (nowS - fromS);
    },
  };
}
