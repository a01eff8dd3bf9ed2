import type { HostFigures, VmReport } from '@hosted-engine/ports';
import { createCpuAverage } from './cpu-average.js';

/**
 * The host's CPU load without the engine VM's share, which would count against the host that serves it
 * (ha-daemon.md 3). The host daemon's figures are of its last ten seconds or so and are weighed by time over 15
 * minutes, so no window lies between: it would change nothing.
 */
export interface CpuLoad {
  /** `vm` is undefined while the state of the VM is not known. */
  add(atS: number, host: HostFigures, vm: VmReport | undefined): void;
  /** 0..1; undefined before anything was measured. */
  value(nowS: number): number | undefined;
}

export function createCpuLoad(): CpuLoad {
  const average = createCpuAverage();
  let upperBound: number | undefined;
  return {
    add(atS, { cpuBusyShare, cpuCount }, vm) {
      if (cpuBusyShare === undefined || cpuCount === undefined) return;
      const cores = coresOf(vm);
      if (cores === undefined) upperBound = cpuBusyShare;
      else average.add(atS, Math.min(1, Math.max(0, cpuBusyShare - cores / cpuCount)));
    },
    // For the first minute after a boot the VM's figures are zeros that mean nothing. The load before goes on
    // counting; a daemon that knows none yet takes all of the host's, which is no less than the truth.
    value: (nowS) => average.value(nowS) ?? upperBound,
  };
}

/** What the guest uses; 0 when there is none here, undefined when that cannot be told. */
function coresOf(vm: VmReport | undefined): number | undefined {
  if (vm === undefined) return undefined;
  const hasGuest = vm.view.kind === 'running' || vm.view.kind === 'incoming';
  return hasGuest ? vm.cpuCores : 0;
}
