import type { Cluster } from '@hosted-engine/lab';
import type { Figure } from '../figure.js';
import { runner, settle } from '../lab-session.js';
import { monotonicS, untilQemuStarts } from './qemu-watch.js';

const AGENT = 'ovirt-ha-agent';

/** Each kill is a first crash: a second one within ten minutes would let the other hosts go first. */
export async function measureQemuCrash(cluster: Cluster, kills: number): Promise<Figure> {
  const values: number[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    await settle(cluster);
    const { host, pid } = await runner(cluster);
    const killedS = monotonicS();
    await host.signal([pid], 'KILL');
    const { atS } = await untilQemuStarts(cluster, { hostId: host.id, pid }, 60);
    values.push(atS - killedS);
    // The daemon's memory of crashes goes with it; the VM does not notice.
    await host.restartDaemon(AGENT);
  }
  return {
    name: 'QEMU crash to QEMU start',
    unit: 's',
    values,
    medianMax: 1,
    note: 'from just before the kill until QEMU runs again with its lease, looked for every 20 ms',
  };
}
