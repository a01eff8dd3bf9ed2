/** /proc/meminfo in KiB by name. */
export type MemInfo = ReadonlyMap<string, number>;

export function parseMemInfo(text: string): MemInfo {
  const lines = [...text.matchAll(/^(\S+):\s+(\d+)(?: kB)?$/gm)];
  return new Map(lines.map(([, name = '', value]) => [name, Number(value)]));
}

export interface HostMemory {
  readonly totalMiB: number;
  /** MemFree + Cached + Buffers + SReclaimable: what the HA daemon's memory monitor goes by. */
  readonly freeMiB: number;
  readonly usedPercent: number;
  readonly swapTotalMiB: number;
  readonly swapFreeMiB: number;
  readonly anonHugePagesMiB: number;
}

export function hostMemory(info: MemInfo): HostMemory {
  const kib = (name: string) => info.get(name) ?? 0;
  const mib = (value: number) => Math.floor(value / 1024);
  const free = kib('MemFree') + kib('Cached') + kib('Buffers') + kib('SReclaimable');
  const total = kib('MemTotal');
  return {
    totalMiB: mib(total),
    freeMiB: mib(free),
    usedPercent: total === 0 ? 0 : Math.round(((total - free) / total) * 100),
    swapTotalMiB: mib(kib('SwapTotal')),
    swapFreeMiB: mib(kib('SwapFree')),
    anonHugePagesMiB: mib(kib('AnonHugePages')),
  };
}
