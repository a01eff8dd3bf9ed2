// Moves of the engine VM on real hosts, and what must not move it: the rows of docs/design/failure-model.md
// beside those of failures.test.ts. sanlock's io_timeout is 4 s here, so that a stall of 20 s is one that
// the lease survives on any host.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import {
  type Cluster,
  type Lab,
  type LabHost,
  labObstacle,
  type OutageReport,
  type Seen,
  until,
  watchOutage,
  when,
} from '../src/index.js';
import { AGENT, BOOT_S, ClusterFixture } from './cluster-fixture.js';

const obstacle = labObstacle();
const IO_TIMEOUT_S = 4;
/** sanlock's floor: 8 x io_timeout, and the watchdog's 60 s. */
const LEASE_S = 8 * IO_TIMEOUT_S + 60;
/** sanlock's SIGTERM after 8 x io_timeout does not end a QEMU whose disk hangs; its SIGKILL comes 40 s later. */
const KILLED_S = 8 * IO_TIMEOUT_S + 40 + 10;
/** Of a client during a migration, on a busy machine too: a restart takes longer. The bench measures the time. */
const OUTAGE_MAX_MS = 4000;
/** A guest that was moved is slow for a while under TCG. */
const WARM_UP_S = 40;
/** A network test takes up to 10 s to say no, and the other host must be better for 6 s. */
const DETECT_S = 45;
/** Between a migration that failed and the next attempt. */
const MOVE_PAUSE_S = 60;
const BAD_HEALTH_S = 60;
const AGENT_CONF = '/etc/ovirt-hosted-engine-ha/agent.conf';
const TIMING = `[timing]
# The VM may leave again at once, and a sick engine is not left alone for 300 s: there are more tests.
dwell = 0
bad-health = ${BAD_HEALTH_S}
`;

describe('the engine VM moves when it should', { skip: obstacle ?? false }, () => {
  let fixture: ClusterFixture;
  let lab: Lab;
  let cluster: Cluster;

  before(async () => {
    fixture = await ClusterFixture.make('moves', { ioTimeout: IO_TIMEOUT_S });
    ({ lab, cluster } = fixture);
    for (const host of lab.hosts) {
      await host.execOrThrow(['sh', '-c', `cat >${AGENT_CONF}`], { input: TIMING });
      await host.restartDaemon(AGENT);
    }
  });

  after(() => fixture?.remove());

  beforeEach(() => fixture.untilReady());

  /** A mark of the guest's current boot: the same one means that it was never restarted. */
  async function bootOf(host: LabHost): Promise<string> {
    return cluster.vmOn(host).exec('/bin/cat', ['/proc/sys/kernel/random/boot_id']);
  }

  /** Until it runs on one other host alone. */
  async function untilLeft(
    active: LabHost,
    boundS: number,
    check: () => Promise<void> = async () => undefined,
  ): Promise<void> {
    await until(
      async () => {
        await check();
        const running = await cluster.whoRunsVm();
        const names = running.map(({ host }) => host.name).join(', ');
        return when(running.length === 1 && running[0]?.host.id !== active.id, names);
      },
      boundS,
      `the engine VM leaves ${active.name}`,
    );
  }

  async function firstWithQemu(hosts: readonly LabHost[]): Promise<Seen<LabHost>> {
    for (const host of hosts) {
      if ((await host.qemu()) !== undefined) return { done: true, value: host };
    }
    return { done: false, seen: 'none yet' };
  }

  /** Watches a client while `cause` makes the VM leave its host, until it runs on another. */
  async function moved(cause: (active: LabHost) => Promise<void>): Promise<OutageReport> {
    const { active } = await fixture.sides();
    const boot = await bootOf(active);
    const watch = await watchOutage(lab);
    await cause(active);
    await untilLeft(active, DETECT_S);
    await cluster.untilHealthy(WARM_UP_S);
    const report = await watch.stop();
    assert.equal(await bootOf(await cluster.untilVmHost(5)), boot, 'the guest was never restarted');
    return report;
  }

  function assertShort({ longestMs, goodCount }: OutageReport): void {
    assert.ok(goodCount > 20, `${goodCount} answers`);
    assert.ok(longestMs <= OUTAGE_MAX_MS, `no answer for ${Math.round(longestMs)} ms`);
  }

  test('row 13: local maintenance on its host: migrated, the client hardly notices', async (t) => {
    const { active } = await fixture.sides();
    await fixture.createRecord('moved-record');
    try {
      const report = await moved((host) => fixture.maintenance(host, 'local'));
      t.diagnostic(`outage ${Math.round(report.longestMs)} ms`);
      assertShort(report);
    } finally {
      await fixture.maintenance(active, 'none');
    }
    assert.ok(await fixture.hasRecord('moved-record'));
  });

  test('row 5: its host loses the management network: migrated, the client hardly notices', async (t) => {
    const { active } = await fixture.sides();
    try {
      const report = await moved((host) => host.cutManagement());
      t.diagnostic(`outage ${Math.round(report.longestMs)} ms`);
      assertShort(report);
    } finally {
      await active.healManagement();
    }
  });

  test('row 5: the cable of its host is pulled, guests and all: migrated by the other one', async (t) => {
    const { active } = await fixture.sides();
    try {
      const report = await moved((host) => host.cutNetwork());
      t.diagnostic(`without the engine for ${(report.longestMs / 1000).toFixed(1)} s`);
    } finally {
      await active.healNetwork();
    }
  });

  test('row 16: the target of a migration dies: the VM goes on, and moves elsewhere', async () => {
    const { active, standbys } = await fixture.sides();
    const boot = await bootOf(active);
    const pid = await cluster.qemuPidOn(active);
    await fixture.maintenance(active, 'local');
    try {
      const target = await until(() => firstWithQemu(standbys), 20, 'a migration');
      await target.killVm();
      const pids = new Set<number | undefined>();
      await untilLeft(active, MOVE_PAUSE_S + DETECT_S, async () => {
        pids.add(await cluster.qemuPidOn(active));
      });
      pids.delete(undefined);
      assert.deepEqual([...pids], [pid], 'it went on where it was');
      await cluster.untilHealthy(WARM_UP_S);
      const here = await cluster.untilVmHost(5);
      assert.equal(await bootOf(here), boot, 'the guest was never restarted');
    } finally {
      await fixture.maintenance(active, 'none');
    }
  });

  test('row 4: the engine service is stopped in the guest: restarted there', async () => {
    const { active } = await fixture.sides();
    const boot = await bootOf(active);
    await cluster.vmOn(active).stopEngine();
    await cluster.untilUnhealthy(10);
    await cluster.untilHealthy(BAD_HEALTH_S + BOOT_S + 40);
    assert.equal((await cluster.untilVmHost(5)).id, active.id);
    assert.equal(await bootOf(active), boot, 'the guest was never restarted');
  });

  test('row 8: the storage of all hosts hangs for 20 s: nothing restarts', async () => {
    await Promise.all(lab.hosts.map((host) => host.hangStorage()));
    const stall = fixture.nothingRunsElsewhereFor(20);
    await stall.finally(() => Promise.all(lab.hosts.map((host) => host.healStorage())));
    await cluster.untilHealthy(20);
    await fixture.nothingHappensFor(15);
  });

  for (const [what, fault] of [
    ['breaks', (host: LabHost) => host.breakStorage()],
    ['hangs', (host: LabHost) => host.hangStorage()],
  ] as const) {
    test(`row 7: the storage of its host ${what}: another host runs it after L, the first QEMU is dead before`, async (t) => {
      const { active } = await fixture.sides();
      const startMs = performance.now();
      const seconds = () => (performance.now() - startMs) / 1000;
      await fault(active);
      try {
        await until(
          // By sanlock or, when the error came first and paused the guest, by the host daemon.
          async () => when((await active.qemu()) === undefined, 'QEMU runs still'),
          KILLED_S,
          `QEMU of ${active.name} is dead`,
        );
        const deadS = seconds();
        assert.ok(!(await cluster.engineHealthy()), 'nobody else may run it yet');
        await cluster.untilHealthy(LEASE_S + BOOT_S + 15 - deadS);
        t.diagnostic(
          `QEMU dead after ${deadS.toFixed(1)} s, engine back after ${seconds().toFixed(1)} s`,
        );
        assert.notEqual((await cluster.untilVmHost(5)).id, active.id);
      } finally {
        await active.healStorage();
      }
    });
  }

  test('row 11: the power of all hosts fails and comes back: one engine within 30 s + B', async (t) => {
    await Promise.all(lab.hosts.map((host) => host.powerOff()));
    await Promise.all(lab.hosts.map((host) => host.powerOn()));
    const seconds = await cluster.untilHealthy(30 + BOOT_S);
    t.diagnostic(`healthy ${seconds.toFixed(1)} s after the hosts had booted`);
    assert.equal((await cluster.whoRunsVm()).length, 1);
  });
});
