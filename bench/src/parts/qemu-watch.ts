import { readdirSync, readFileSync } from 'node:fs';
import type { Cluster, LabHost } from '@hosted-engine/lab';

const PACE_MS = 20;
const GUEST = 'guest=HostedEngine';
/** Processor time by which a guest has begun: several times what its threads use to be made. */
const RUNNING_NS = 20e6;

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
 * Waits until a QEMU of the engine VM other than `former` runs its guest. The process alone is no sign: libvirt
 * starts it stopped, and lets the guest go on only with the lease. A stopped guest's processors use no time.
 */
export async function untilQemuStarts(
  cluster: Cluster,
  former: { readonly hostId: number; readonly pid: number },
  boundS: number,
): Promise<QemuStart> {
  const powered: { readonly host: LabHost; readonly proc: string }[] = [];
  for (const host of cluster.lab.hosts) {
    if (await host.isOn()) powered.push({ host, proc: await host.reach('/proc') });
  }
  const endS = monotonicS() + boundS;
  while (monotonicS() < endS) {
    for (const { host, proc } of powered) {
      const isFormer = (pid: number): boolean => host.id === former.hostId && pid === former.pid;
      if (enginePids(proc).some((pid) => !isFormer(pid) && isRunning(proc, pid)))
        return { host, atS: monotonicS() };
    }
    await new Promise((resolve) => setTimeout(resolve, PACE_MS));
  }
  throw new Error(`no QEMU started within ${boundS} s`);
}

/** QEMU of the engine VM, and not one that libvirt asks for its capabilities. */
function enginePids(proc: string): readonly number[] {
  return readdirSync(proc)
    .map(Number)
    .filter((pid) => Number.isInteger(pid))
    .filter((pid) => read(`${proc}/${pid}/comm`).startsWith('qemu-system'))
    .filter((pid) => read(`${proc}/${pid}/cmdline`).includes(GUEST));
}

/** Its virtual processors have done more than come to be. */
function isRunning(proc: string, pid: number): boolean {
  const tasks = `${proc}/${pid}/task`;
  return list(tasks)
    .filter((task) => read(`${tasks}/${task}/comm`).startsWith('CPU '))
    .some((task) => Number(read(`${tasks}/${task}/schedstat`).split(' ')[0]) > RUNNING_NS);
}

function list(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** Nothing when the process has just ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
