// The host of the engine VM loses its power. sanlock grants its lease at a known moment, the floor: what comes on top
// until QEMU runs elsewhere is ours.

import type { Cluster } from '@hosted-engine/lab';
import type { Figure } from '../figure.js';
import { runner, settle } from '../lab-session.js';
import { type QemuStart, untilQemuStarts } from './qemu-watch.js';

/** sanlock's floor with the lab's io_timeout of 1 s, a boot of nothing, and much room. */
const BOUND_S = 150;
/** sanlock's word about an owner is older for another crash. */
const RECENT_S = 30;

export async function measureCrash(
  cluster: Cluster,
  crashes: number,
  tell: (text: string) => void,
): Promise<Figure> {
  const values: number[] = [];
  for (let crash = 0; crash < crashes; crash += 1) {
    await settle(cluster);
    const { host, pid } = await runner(cluster);
    await host.powerOff();
    const start = await untilQemuStarts(cluster, { hostId: host.id, pid }, BOUND_S);
    const floorS = await grantedAtS(start);
    values.push(start.atS - floorS);
    tell(`crash ${crash + 1}: ${(start.atS - floorS).toFixed(2)} s after the lease was to be had`);
    await host.powerOn();
  }
  return {
    name: 'added delay after a host crash',
    unit: 's',
    values,
    medianMax: 1,
    worstMax: 2,
    note: 'from the second in which sanlock calls the owner dead, by its log, until QEMU runs with the lease',
  };
}

/**
 * The first moment at which sanlock's rule held, in seconds of the monotonic clock: its log says
 * `… dead NOW-LAST>LIMIT`, and the rule is that whole seconds since LAST exceed LIMIT.
 */
async function grantedAtS({ host, atS }: QemuStart): Promise<number> {
  // It says 1 although all is well.
  const { stdout: dump } = await host.exec(['sanlock', 'client', 'log_dump']);
  const found = [...dump.matchAll(/dead (\d+)-(\d+)>(\d+)/g)].at(-1);
  const [, now, last, limit] = (found ?? []).map(Number);
  if (now === undefined || last === undefined || limit === undefined || now < atS - RECENT_S) {
    throw new Error(`${host.name}: sanlock's log does not say when the owner of the lease died`);
  }
  return last + limit + 1;
}
