// What the HA daemons of a healthy cluster cost while nothing happens, from /proc.

import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { Lab, LabHost } from '@hosted-engine/lab';
import type { Figure } from '../figure.js';

const AGENT = 'ovirt-ha-agent';
/** USER_HZ: the unit of times in /proc on every Linux that this runs on. */
const TICKS_PER_SECOND = 100;
/** V8 compiles what a daemon does all the time in its first minutes, and it runs for months. */
const YOUNG_S = 300;

interface Reading {
  readonly atMs: number;
  readonly ageS: number;
  readonly cpuS: number;
  readonly readBytes: number;
  readonly pssMB: number;
}

/** Measures daemons that are not young any more. Rejects when one restarts meanwhile. */
export async function measureCost(lab: Lab, seconds: number): Promise<readonly Figure[]> {
  const ages = (await Promise.all(lab.hosts.map(read))).map(({ ageS }) => ageS);
  await setTimeout(Math.max(0, YOUNG_S - Math.min(...ages)) * 1000);
  const before = await Promise.all(lab.hosts.map(read));
  await setTimeout(seconds * 1000);
  const after = await Promise.all(lab.hosts.map(read));
  const perMinute = (pick: (reading: Reading) => number): number[] =>
    after.map((reading, index) => {
      const first = before[index];
      if (first === undefined) throw new Error('a host has appeared');
      return ((pick(reading) - pick(first)) / (reading.atMs - first.atMs)) * 60_000;
    });
  return [
    {
      name: 'CPU of the HA daemon',
      unit: 's/min',
      values: perMinute(({ cpuS }) => cpuS),
      medianMax: 0.4,
      note: 'user and system time of the process; one value a host, of which one runs the engine VM',
    },
    {
      name: 'memory of the HA daemon',
      unit: 'MB',
      values: after.map(({ pssMB }) => pssMB),
      medianMax: 60,
      note: 'PSS of /proc/PID/smaps_rollup in units of 10^6 bytes; programs that several daemons run count in part for each',
    },
    {
      name: 'reads of the HA daemon',
      unit: 'MB/min',
      values: perMinute(({ readBytes }) => readBytes / 1e6),
      medianMax: 2,
      note: 'rchar of /proc/PID/io: storage, and also all that it reads from sockets and other files',
    },
  ];
}

async function read(host: LabHost): Promise<Reading> {
  const pid = await host.mainPid(AGENT);
  const text = async (file: string): Promise<string> =>
    readFileSync(await host.reach(`/proc/${pid}/${file}`), 'utf8');
  const stat = (await text('stat')).replace(/^.*\) /s, '').split(' ');
  // After the name: utime, stime and starttime are the 14th, 15th and 22nd of all.
  const ticks = Number(stat[11]) + Number(stat[12]);
  const pss = /^Pss:\s+(\d+) kB/m.exec(await text('smaps_rollup'))?.[1];
  const rchar = /^rchar: (\d+)/m.exec(await text('io'))?.[1];
  return {
    atMs: performance.now(),
    ageS:
      Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) -
      Number(stat[19]) / TICKS_PER_SECOND,
    cpuS: ticks / TICKS_PER_SECOND,
    readBytes: Number(rchar),
    pssMB: (Number(pss) * 1024) / 1e6,
  };
}
