// Processor use of the host, from readings of /proc/stat some seconds apart.

export interface CpuTimes {
  readonly user: number;
  readonly sys: number;
  readonly idle: number;
  readonly total: number;
}

export interface CpuShares {
  readonly userPercent: number;
  readonly sysPercent: number;
  readonly idlePercent: number;
}

/** Keyed `''` for all processors together, else by number. */
export type CpuReading = ReadonlyMap<string, CpuTimes>;

export function parseProcStat(text: string): CpuReading {
  const reading = new Map<string, CpuTimes>();
  for (const line of text.split('\n')) {
    const match = /^cpu(\d*) +(.*)$/.exec(line);
    if (match === null) continue;
    // Guest time, the 9th and 10th, is counted in user and nice already.
    const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, softIrq = 0, steal = 0] = (
      match[2] ?? ''
    )
      .split(' ')
      .map(Number);
    const sys = system + irq + softIrq;
    reading.set(match[1] ?? '', {
      user: user + nice,
      sys,
      idle: idle + wait,
      total: user + nice + sys + idle + wait + steal,
    });
  }
  return reading;
}

export function cpuShares(before: CpuTimes, after: CpuTimes): CpuShares {
  const total = Math.max(after.total - before.total, 1);
  const percent = (value: number) => (value / total) * 100;
  return {
    userPercent: percent(after.user - before.user),
    sysPercent: percent(after.sys - before.sys),
    idlePercent: percent(after.idle - before.idle),
  };
}

export interface CpuSampler {
  add(reading: CpuReading): void;
  /** Keyed like the readings; empty until there are two of them. */
  shares(): ReadonlyMap<string, CpuShares>;
}

/** Readings kept: with one every 5 s the figures are those of the last 10 s. */
const READINGS = 3;

export function createCpuSampler(): CpuSampler {
  const readings: CpuReading[] = [];
  return {
    add(reading) {
      readings.push(reading);
      if (readings.length > READINGS) readings.shift();
    },
    shares() {
      const [first] = readings;
      const last = readings.at(-1);
      const shares = new Map<string, CpuShares>();
      if (first === undefined || last === undefined || readings.length < 2) return shares;
      for (const [cpu, after] of last) {
        const before = first.get(cpu);
        if (before !== undefined) shares.set(cpu, cpuShares(before, after));
      }
      return shares;
    },
  };
}
