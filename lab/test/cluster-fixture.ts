// A cluster in a lab for one test file: deployed once, and what the tests of the failure table ask of it.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Cluster,
  type DeployOptions,
  deployCluster,
  type Lab,
  type LabHost,
  makeLab,
  until,
  when,
} from '../src/index.js';

/** The boot of the VM under TCG, in seconds. */
export const BOOT_S = 15;
export const AGENT = 'ovirt-ha-agent';
const JOURNAL = '/var/lib/ovirt-hosted-engine-ha/journal.jsonl';

/** The host that runs the VM, and the others. */
export interface Sides {
  readonly active: LabHost;
  readonly standbys: readonly LabHost[];
}

export class ClusterFixture {
  readonly lab: Lab;
  readonly cluster: Cluster;
  readonly #folder: string;

  private constructor(lab: Lab, cluster: Cluster, folder: string) {
    this.lab = lab;
    this.cluster = cluster;
    this.#folder = folder;
  }

  /** Three hosts that keep one engine. */
  static async make(name: string, options: DeployOptions = {}): Promise<ClusterFixture> {
    const folder = mkdtempSync(join(tmpdir(), `lab-${name}-`));
    let lab: Lab | undefined;
    try {
      lab = await makeLab({ name, dir: join(folder, 'lab'), hosts: 3 });
      return new ClusterFixture(lab, await deployCluster(lab, options), folder);
    } catch (error) {
      await lab?.remove();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async remove(): Promise<void> {
    await this.lab.remove();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** A healthy engine, and three hosts fit to run it: what each test begins with. */
  async untilReady(): Promise<void> {
    await this.cluster.untilHealthy(120);
    await this.cluster.untilApi(30);
    await this.untilAllStandBy();
  }

  async sides(): Promise<Sides> {
    const active = await this.cluster.untilVmHost(60);
    return { active, standbys: this.lab.hosts.filter((host) => host.id !== active.id) };
  }

  /** Every host is alive with a score in the eyes of each other. */
  async untilAllStandBy(): Promise<void> {
    await until(
      async () => {
        const status = await this.cluster.statusOf(this.lab.host(1));
        const ready = status.hosts.filter((host) => host.isLive && host.score > 0);
        return when(ready.length === this.lab.hosts.length, JSON.stringify(status.hosts));
      },
      120,
      'three hosts with a score',
    );
  }

  async maintenance(host: LabHost, mode: 'global' | 'local' | 'none'): Promise<void> {
    const result = await this.cluster.hostedEngine(host, '--set-maintenance', `--mode=${mode}`);
    assert.equal(result.code, 0, result.stderr);
  }

  /** For `seconds`, the same QEMU runs on the same host, and the engine answers. */
  async nothingHappensFor(seconds: number): Promise<void> {
    const first = await this.cluster.whoRunsVm();
    assert.equal(first.length, 1);
    const pid = first[0]?.qemu.pid;
    const endMs = performance.now() + seconds * 1000;
    await until(
      async () => {
        const now = await this.cluster.whoRunsVm();
        assert.deepEqual(
          now.map((one) => [one.host.id, one.qemu.pid]),
          [[first[0]?.host.id, pid]],
        );
        return when(performance.now() >= endMs, 'the time is not over');
      },
      seconds + 5,
      'the time in which nothing may happen',
    );
    assert.ok(await this.cluster.engineHealthy());
  }

  /** While the storage hangs the page may not answer; QEMU must not change all the same. */
  async nothingRunsElsewhereFor(seconds: number): Promise<void> {
    const pids = async () => (await this.cluster.whoRunsVm()).map((one) => one.qemu.pid);
    const before = await pids();
    const endMs = performance.now() + seconds * 1000;
    await until(() => when(performance.now() >= endMs, 'not over'), seconds + 5, 'the stall');
    assert.deepEqual(await pids(), before);
  }

  /** The lines of a host's decision journal. */
  async decisions(host: LabHost): Promise<string[]> {
    return (await host.execOrThrow(['cat', JOURNAL])).split('\n').slice(0, -1);
  }

  async createRecord(name: string): Promise<void> {
    const reply = await this.cluster.api({
      method: 'POST',
      path: '/ovirt-engine/api/hosts',
      headers: { 'Content-Type': 'application/xml', Accept: 'application/xml' },
      body: `<host><name>${name}</name><address>192.0.2.77</address><root_password>unused</root_password></host>`,
    });
    assert.equal(reply.status, 201, reply.body);
  }

  async hasRecord(name: string): Promise<boolean> {
    const reply = await this.cluster.api({
      path: '/ovirt-engine/api/hosts',
      headers: { Accept: 'application/json' },
    });
    assert.equal(reply.status, 200, reply.body);
    const { host = [] } = JSON.parse(reply.body) as { host?: { name: string }[] };
    return host.some((one) => one.name === name);
  }
}
