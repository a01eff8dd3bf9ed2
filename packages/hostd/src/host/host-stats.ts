// Host.getStats (vdsm.md B5).

import type { Clock } from '@hosted-engine/ports';
import type { HaStats, HostStats, RepoStats, VmStatus } from '@hosted-engine/vdsm';
import type { CpuSampler } from './cpu-sampler.js';
import type { HostFiles } from './host-files.js';
import { hostMemory, parseMemInfo } from './memory.js';
import { networkStats } from './network-stats.js';

export interface HostStatsDeps {
  readonly files: HostFiles;
  readonly clock: Clock;
  readonly cpu: CpuSampler;
  readonly vmStatuses: () => readonly VmStatus[];
  readonly repoStats: () => Readonly<Record<string, RepoStats>>;
  /** Undefined when this host has no hosted engine. Settles within a second. */
  readonly haStats: () => Promise<HaStats>;
  /** Host's monotonic clock when this daemon started. */
  readonly startedS: number;
}

/** Where the host's own data grows; their free space is shown. */
const WATCHED_DIRS = ['/var/log', '/var/run/vdsm', '/tmp'];
const MIGRATING: readonly VmStatus[] = ['Migration Source', 'Migration Destination'];

export async function hostStats(deps: HostStatsDeps): Promise<HostStats> {
  const { files, clock } = deps;
  const [memInfo, loadAverage, thp, network, ha, bootTime, disks] = await Promise.all([
    files.text('/proc/meminfo'),
    files.text('/proc/loadavg'),
    files.text('/sys/kernel/mm/transparent_hugepage/enabled'),
    networkStats(files, clock.monotonicS()),
    deps.haStats(),
    bootTimeS(files),
    diskStats(files),
  ]);
  const memory = hostMemory(parseMemInfo(memInfo ?? ''));
  const shares = deps.cpu.shares();
  const all = shares.get('');
  const statuses = deps.vmStatuses();
  const count = (...wanted: readonly VmStatus[]) =>
    statuses.filter((status) => wanted.includes(status)).length;
  return {
    memFree: memory.freeMiB,
    memUsed: String(memory.usedPercent),
    swapTotal: memory.swapTotalMiB,
    swapFree: memory.swapFreeMiB,
    cpuLoad: Number(loadAverage?.split(' ')[0] ?? 0).toFixed(2),
    cpuIdle: (all?.idlePercent ?? 0).toFixed(2),
    cpuUser: (all?.userPercent ?? 0).toFixed(2),
    cpuSys: (all?.sysPercent ?? 0).toFixed(2),
    cpuStatistics: Object.fromEntries(
      [...shares]
        .filter(([cpu]) => cpu !== '')
        .map(([cpu, share]) => [
          cpu,
          {
            nodeIndex: 0,
            cpuUser: share.userPercent.toFixed(2),
            cpuSys: share.sysPercent.toFixed(2),
            cpuIdle: share.idlePercent.toFixed(2),
          },
        ]),
    ),
    vmCount: statuses.length,
    vmActive: statuses.length - count('Down', 'WaitForLaunch', 'Paused'),
    vmMigrating: count(...MIGRATING),
    incomingVmMigrations: count('Migration Destination'),
    outgoingVmMigrations: count('Migration Source'),
    network,
    storageDomains: deps.repoStats(),
    diskStats: disks,
    momStatus: 'inactive',
    ...(await ksmStats(files)),
    thpState: /\[(\w+)\]/.exec(thp ?? '')?.[1] ?? 'unsupported',
    anonHugePages: String(memory.anonHugePagesMiB),
    dateTime: dateTime(clock.wallMs()),
    bootTime,
    elapsedTime: String(Math.floor(clock.monotonicS() - deps.startedS)),
    numaNodeMemFree: await numaMemory(files),
    v2vJobs: {},
    multipathHealth: {},
    netConfigDirty: 'False',
    haStats: ha,
    ...(ha.configured ? { haScore: ha.score } : {}),
  };
}

/** `YYYY-MM-DDTHH:MM:SS GMT`. */
export function dateTime(wallMs: number): string {
  return `${new Date(wallMs).toISOString().slice(0, 19)} GMT`;
}

async function bootTimeS(files: HostFiles): Promise<string> {
  return /^btime (\d+)$/m.exec((await files.text('/proc/stat')) ?? '')?.[1] ?? '0';
}

async function diskStats(files: HostFiles): Promise<HostStats['diskStats']> {
  const stats: Record<string, { readonly free: string }> = {};
  for (const dir of WATCHED_DIRS) {
    const free = await files.freeMiB(dir);
    if (free !== undefined) stats[dir] = { free: String(free) };
  }
  return stats;
}

async function ksmStats(files: HostFiles) {
  const value = async (name: string) =>
    Number((await files.text(`/sys/kernel/mm/ksm/${name}`)) ?? 0);
  return {
    ksmState: (await value('run')) === 1,
    ksmPages: await value('pages_to_scan'),
    ksmCpu: 0,
    ksmMergeAcrossNodes: (await value('merge_across_nodes')) === 1,
  };
}

async function numaMemory(files: HostFiles): Promise<HostStats['numaNodeMemFree']> {
  const nodes: Record<string, { readonly memFree: string; readonly memPercent: number }> = {};
  const dir = '/sys/devices/system/node';
  for (const name of await files.names(dir)) {
    const index = /^node(\d+)$/.exec(name)?.[1];
    if (index === undefined) continue;
    const text = (await files.text(`${dir}/${name}/meminfo`)) ?? '';
    const info = parseMemInfo(text.replaceAll(/^Node \d+ /gm, ''));
    const total = info.get('MemTotal') ?? 0;
    const free = info.get('MemFree') ?? 0;
    const memPercent = total === 0 ? 0 : Math.round(((total - free) / total) * 100);
    nodes[index] = { memFree: String(Math.floor(free / 1024)), memPercent };
  }
  return nodes;
}
