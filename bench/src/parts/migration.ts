import { type Cluster, until, watchOutage, when } from '@hosted-engine/lab';
import type { Finding } from '../figure.js';
import { runner, settle } from '../lab-session.js';

/** Each look reads hundreds of files of /proc: more of them would be part of what is measured. */
const LOOK_MS = 1000;
const NAME = 'migration outage as a client sees it';

/** Local maintenance of the active host moves the engine VM; a client asks the health page every 50 ms. */
export async function measureMigration(cluster: Cluster, moves: number): Promise<Finding> {
  const values: number[] = [];
  for (let move = 0; move < moves; move += 1) {
    await settle(cluster);
    const { host, pid } = await runner(cluster);
    const watch = await watchOutage(cluster.lab);
    const set = await cluster.hostedEngine(host, '--set-maintenance', '--mode=local');
    try {
      if (set.code !== 0)
        return { name: NAME, why: `maintenance was refused: ${set.stderr.trim()}` };
      const left = await untilGone(cluster, host.id, pid);
      if (!left) return { name: NAME, why: 'the engine VM was not moved within 120 s' };
      // Both ends of the outage are in view only when answers came again.
      await new Promise((resolve) => setTimeout(resolve, 3000));
    } finally {
      values.push((await watch.stop()).longestMs / 1000);
      await cluster.hostedEngine(host, '--set-maintenance', '--mode=none');
    }
  }
  return {
    name: NAME,
    unit: 's',
    values,
    medianMax: 0.3,
    note: 'longest time between two good answers of the health page, asked every 50 ms, which is part of it',
  };
}

/** True once another host alone runs the VM. */
async function untilGone(cluster: Cluster, hostId: number, pid: number): Promise<boolean> {
  try {
    await until(
      async () => {
        const running = await cluster.whoRunsVm();
        const isHere = running.some((one) => one.host.id === hostId && one.qemu.pid === pid);
        return when(!isHere && running.length === 1, `${running.length} QEMU`);
      },
      120,
      'the engine VM on another host',
      LOOK_MS,
    );
    return true;
  } catch {
    return false;
  }
}
