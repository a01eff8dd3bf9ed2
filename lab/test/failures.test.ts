// The failure table on real hosts: QEMU, libvirt, sanlock, three hosts, one engine VM. One cluster is deployed
// for all of it; each test leaves a healthy engine behind. Bounds are those of docs/design/failure-model.md.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type Cluster, type Lab, labObstacle, until, when } from '../src/index.js';
import { AGENT, BOOT_S, ClusterFixture } from './cluster-fixture.js';

const obstacle = labObstacle();
/** sanlock's floor with io_timeout 1, in seconds. */
const LEASE_S = 68;

describe('three hosts keep one engine alive', { skip: obstacle ?? false }, () => {
  let fixture: ClusterFixture;
  let lab: Lab;
  let cluster: Cluster;

  before(async () => {
    fixture = await ClusterFixture.make('failures');
    ({ lab, cluster } = fixture);
  });

  after(() => fixture?.remove());

  beforeEach(() => fixture.untilReady());

  test('the engine lists the hosts it runs on, all up', async () => {
    await until(
      async () => {
        const reply = await cluster.api({
          path: '/ovirt-engine/api/hosts',
          headers: { Accept: 'application/json' },
        });
        const { host = [] } = JSON.parse(reply.body) as { host?: { status: string }[] };
        return when(host.filter((one) => one.status === 'up').length === 3, reply.body);
      },
      60,
      'three hosts up in the engine',
    );
  });

  test('row 2: QEMU is killed: healthy again on the same host within B + 5 s', async () => {
    const { active } = await fixture.sides();
    const before = await cluster.qemuPidOn(active);
    await active.killVm();
    await cluster.untilUnhealthy(5);
    await cluster.untilHealthy(BOOT_S + 5);
    assert.equal((await cluster.untilVmHost(5)).id, active.id);
    assert.notEqual(await cluster.qemuPidOn(active), before);
  });

  test('row 12: the HA daemon is killed: the VM is untouched', async () => {
    const { active } = await fixture.sides();
    await active.killDaemon(AGENT);
    await fixture.nothingHappensFor(20);
  });

  test('row 12: the HA daemon is frozen for 30 s: the VM is untouched', async () => {
    const { active } = await fixture.sides();
    await active.freezeDaemon(AGENT);
    await fixture.nothingHappensFor(30);
    // The service manager's watchdog may have restarted it: then there is nothing to thaw.
    await active.thawDaemon(AGENT);
    await fixture.nothingHappensFor(10);
  });

  test('row 12: the HA daemon, hostd and libvirtd are restarted: the VM is untouched', async () => {
    const { active } = await fixture.sides();
    await active.restartDaemon(AGENT);
    await fixture.nothingHappensFor(5);
    await active.killDaemon('vdsmd');
    await fixture.nothingHappensFor(15);
    await active.restartDaemon('libvirtd');
    await fixture.nothingHappensFor(20);
  });

  test('row 6: the gateway is silent for all hosts: nothing happens', async () => {
    await lab.cutGateway();
    try {
      await fixture.nothingHappensFor(45);
    } finally {
      await lab.healGateway();
    }
  });

  test('row 8: the storage of all hosts stalls for 5 s: nothing happens', async () => {
    await Promise.all(lab.hosts.map((host) => host.hangStorage()));
    const stall = fixture.nothingRunsElsewhereFor(5);
    await stall.finally(() => Promise.all(lab.hosts.map((host) => host.healStorage())));
    await cluster.untilHealthy(20);
    await fixture.nothingHappensFor(15);
  });

  test('row 3: shut down from inside: healthy on another host, score 0 here', async () => {
    const { active } = await fixture.sides();
    await cluster.vmOn(active).shutdown();
    await cluster.untilUnhealthy(60);
    await cluster.untilHealthy(60);
    assert.notEqual((await cluster.untilVmHost(5)).id, active.id);
    const status = await cluster.statusOf(active);
    assert.equal(status.hosts.find((host) => host.hostId === active.id)?.score, 0);
    // Its score comes back with time; a restart of its daemon forgets the shutdown.
    await active.restartDaemon(AGENT);
  });

  test('global maintenance: a killed VM stays dead until mode none', async () => {
    const { active } = await fixture.sides();
    await fixture.maintenance(active, 'global');
    await until(
      async () => when((await cluster.statusOf(active)).globalMaintenance, 'not yet'),
      15,
      'global maintenance',
    );
    await active.killVm();
    const endMs = performance.now() + 40_000;
    await until(
      async () => {
        assert.deepEqual(await cluster.whoRunsVm(), []);
        return when(performance.now() >= endMs, 'the time is not over');
      },
      45,
      'a VM that stays dead',
    );
    await fixture.maintenance(active, 'none');
    await cluster.untilHealthy(30 + BOOT_S);
  });

  test('two hosts are told to start it by hand: one runs, the other says who has the lease', async () => {
    const { active, standbys } = await fixture.sides();
    await fixture.maintenance(active, 'global');
    await until(
      async () => when((await cluster.statusOf(active)).globalMaintenance, 'not yet'),
      15,
      'global maintenance',
    );
    assert.equal((await cluster.hostedEngine(active, '--vm-poweroff')).code, 0);
    await until(
      async () => when((await cluster.whoRunsVm()).length === 0, 'still runs'),
      20,
      'no engine VM',
    );
    const results = await Promise.all(
      standbys.map((host) => cluster.hostedEngine(host, '--vm-start')),
    );
    const codes = results.map((result) => result.code);
    assert.equal(codes.filter((code) => code === 0).length, 1, JSON.stringify(results));
    const winner = standbys[codes.indexOf(0)];
    const loser = results.find((result) => result.code !== 0);
    assert.match(`${loser?.stdout}${loser?.stderr}`, new RegExp(`\\(id ${winner?.id}\\)`));
    assert.equal((await cluster.untilVmHost(5)).id, winner?.id);
    await fixture.maintenance(active, 'none');
    await cluster.untilHealthy(30 + BOOT_S);
  });

  test('row 1: the host of the engine is powered off: another within L + B + 10 s, data kept', async () => {
    const { active } = await fixture.sides();
    await fixture.createRecord('kept-record');
    await active.powerOff();
    await cluster.untilHealthy(LEASE_S + BOOT_S + 10);
    const now = await cluster.untilVmHost(5);
    assert.notEqual(now.id, active.id);
    await cluster.untilApi(10);
    assert.ok(await fixture.hasRecord('kept-record'));

    const pid = await cluster.qemuPidOn(now);
    await active.powerOn();
    await fixture.untilAllStandBy();
    assert.equal((await cluster.untilVmHost(5)).id, now.id);
    assert.equal(await cluster.qemuPidOn(now), pid, 'nothing moved');
  });

  test('row 11: all HA daemons start at once with the VM down: one QEMU, no failure', async () => {
    await Promise.all(lab.hosts.map((host) => host.stopDaemon(AGENT)));
    const { active } = await fixture.sides();
    const lines = await Promise.all(
      lab.hosts.map(async (host) => (await fixture.decisions(host)).length),
    );
    await active.killVm();
    await Promise.all(lab.hosts.map((host) => host.startDaemon(AGENT)));
    await cluster.untilHealthy(30 + BOOT_S);
    assert.equal((await cluster.whoRunsVm()).length, 1);
    for (const [index, host] of lab.hosts.entries()) {
      const added = (await fixture.decisions(host)).slice(lines[index]);
      assert.ok(added.length > 0, `${host.name} decided nothing`);
      assert.doesNotMatch(added.join('\n'), /start failed/);
    }
  });

  test('local maintenance: a standby in it never takes over', async () => {
    const { active, standbys } = await fixture.sides();
    const [resting, other] = standbys;
    assert.ok(resting !== undefined && other !== undefined);
    await fixture.maintenance(resting, 'local');
    await until(
      async () => {
        const status = await cluster.statusOf(active);
        const seen = status.hosts.find((host) => host.hostId === resting.id);
        return when(seen?.isInMaintenance === true && seen.score === 0, JSON.stringify(seen));
      },
      15,
      'local maintenance',
    );
    await active.powerOff();
    await cluster.untilHealthy(LEASE_S + BOOT_S + 10);
    assert.equal((await cluster.untilVmHost(5)).id, other.id);
    await active.powerOn();
    await fixture.maintenance(resting, 'none');
  });
});
