// CPU use of QEMU processes, in percent of one processor, from two readings of /proc/PID/stat.

import { readFile } from 'node:fs/promises';

export interface CpuUsage {
  readonly userPercent: number;
  readonly sysPercent: number;
  /** Nanoseconds of processor time since the process began. */
  readonly totalNs: number;
}

export interface CpuUsageMeter {
  /** Takes a reading; a pid that is gone is forgotten. */
  sample(vmId: string, pid: number): Promise<void>;
  /** Undefined until there are two readings of the same process. */
  usage(vmId: string): CpuUsage | undefined;
  forget(vmId: string): void;
}

interface Reading {
  readonly pid: number;
  readonly atS: number;
  readonly userS: number;
  readonly sysS: number;
}

/** USER_HZ, the unit of /proc/PID/stat on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** `utime` and `stime` in seconds; the command's name may hold blanks and parentheses. */
export function parseProcessStat(text: string): { userS: number; sysS: number } | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const userS = Number(fields[11]) / TICKS_PER_SECOND;
  const sysS = Number(fields[12]) / TICKS_PER_SECOND;
  return Number.isFinite(userS) && Number.isFinite(sysS) ? { userS, sysS } : undefined;
}

export function createCpuUsageMeter(nowS: () => number, procDir = '/proc'): CpuUsageMeter {
  const readings = new Map<string, { before: Reading | undefined; last: Reading }>();
  return {
    async sample(vmId, pid) {
      let text: string;
      try {
        text = await readFile(`${procDir}/${pid}/stat`, 'utf8');
      } catch {
        readings.delete(vmId);
        return;
      }
      const times = parseProcessStat(text);
      if (times === undefined) return;
      const earlier = readings.get(vmId)?.last;
      const before = earlier?.pid === pid ? earlier : undefined;
      readings.set(vmId, { before, last: { pid, atS: nowS(), ...times } });
    },

    usage(vmId) {
      const pair = readings.get(vmId);
      if (pair?.before === undefined) return undefined;
      const { before, last } = pair;
      const elapsedS = Math.max(last.atS - before.atS, 0.001);
      return {
        userPercent: ((last.userS - before.userS) / elapsedS) * 100,
        sysPercent: ((last.sysS - before.sysS) / elapsedS) * 100,
        totalNs: Math.round((last.userS + last.sysS) * 1e9),
      };
    },

    forget: (vmId) => readings.delete(vmId),
  };
}
