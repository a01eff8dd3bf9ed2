import type { Cluster } from '@hosted-engine/lab';
import type { Figure } from '../figure.js';
import { runner, settle } from '../lab-session.js';
import { monotonicS, untilQemuStarts } from './qemu-watch.js';

/** A second crash within ten minutes lets the others go first: what it takes then counts as well. */
export async function measureQemuCrash(cluster: Cluster, kills: number): Promise<Figure> {
  const values: number[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    await settle(cluster);
    const { host, pid } = await runner(cluster);
    const killedS = monotonicS();
    await host.signal([pid], 'KILL');
    const { atS } = await untilQemuStarts(cluster, { hostId: host.id, pid }, 60);
    values.push(atS - killedS);
  }
  return {
    name: 'QEMU crash to QEMU start',
    unit: 's',
    values,
    medianMax: 1,
    note: 'from just before the kill until QEMU runs again with its lease, looked for every 20 ms',
  };
}
