import type { Cluster, LabHost } from '@hosted-engine/lab';

const PACE_MS = 20;

export interface QemuStart {
  readonly host: LabHost;
  /** Seconds of the monotonic clock, which all hosts of a lab share. */
  readonly atS: number;
}

/** Seconds of CLOCK_MONOTONIC, as sanlock's log has them. */
export function monotonicS(): number {
  return Number(process.hrtime.bigint()) / 1e9;
}

/**
 * Waits for a QEMU of the engine VM other than `formerPid` on `formerHostId`. The name of its process is
 * QEMU's only once libvirt has the lease and lets it run: a start that is parked has libvirtd's.
 */
export async function untilQemuStarts(
  cluster: Cluster,
  former: { readonly hostId: number; readonly pid: number },
  boundS: number,
): Promise<QemuStart> {
  const endS = monotonicS() + boundS;
  const on = new Map<number, boolean>();
  for (const host of cluster.lab.hosts) on.set(host.id, await host.isOn());
  while (monotonicS() < endS) {
    for (const host of cluster.lab.hosts) {
      if (on.get(host.id) !== true) continue;
      const qemu = await host.qemu();
      if (qemu === undefined) continue;
      if (host.id === former.hostId && qemu.pid === former.pid) continue;
      return { host, atS: monotonicS() };
    }
    await new Promise((resolve) => setTimeout(resolve, PACE_MS));
  }
  throw new Error(`no QEMU started within ${boundS} s`);
}
