import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, deployCluster, type LabHost, makeLab } from '@hosted-engine/lab';

const HOSTS = 3;

/** Deploys three hosts, hands them over, and removes them whatever happens. */
export async function withCluster<T>(work: (cluster: Cluster) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'lab-bench-'));
  const lab = await makeLab({ name: 'bench', dir: join(folder, 'lab'), hosts: HOSTS });
  try {
    return await work(await deployCluster(lab));
  } finally {
    await lab.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Until the engine is healthy and every host sees every host alive and fit: a host that was cut off boots first. */
export async function settle(cluster: Cluster): Promise<void> {
  await cluster.untilSettled(900);
}

export async function runner(
  cluster: Cluster,
): Promise<{ readonly host: LabHost; readonly pid: number }> {
  const host = await cluster.untilVmHost(60);
  const pid = await cluster.qemuPidOn(host);
  if (pid === undefined) throw new Error(`the engine VM has just left ${host.name}`);
  return { host, pid };
}
