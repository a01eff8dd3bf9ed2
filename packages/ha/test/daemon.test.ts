// The production loop on a small world: rows of the failure table that this daemon covers.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeHostSlot } from '@hosted-engine/core';
import { logOf, scoreOf, setGlobal, settled, until } from './world/situations.js';
import { DEAD_S, World } from './world/world.js';

describe('the HA daemon', () => {
  test('row 11: three hosts start at once: one start, no failure', async () => {
    const world = await settled(3);
    assert.deepEqual(world.running(), [1]);
    assert.equal(world.starts, 1, logOf(world));
    assert.doesNotMatch(logOf(world), /start failed/);
    await world.end();
  });

  test('row 1: the host crashes: another is parked and runs within L + 2 s', async () => {
    const world = await settled(3);
    world.host(1).powerOff();
    const tookS = await until(world, DEAD_S + 2, () => world.running()[0] === 2);
    assert.ok(tookS >= DEAD_S - 4, `no start before the lease lapsed: ${tookS}`);
    assert.equal(world.starts, 2, logOf(world));
    await world.end();
  });

  test('row 1: back again it stands by, and nothing moves', async () => {
    const world = await settled(3);
    world.host(1).powerOff();
    await until(world, DEAD_S + 2, () => world.running()[0] === 2);
    world.host(1).powered = true;
    world.host(1).reviveDaemon();
    await world.pass(120);
    assert.deepEqual(world.running(), [2]);
    assert.equal(world.starts, 2, logOf(world));
    assert.equal(scoreOf(world, 1), 3400);
    await world.end();
  });

  test('row 1: the parked host dies too: the third takes over', async () => {
    const world = await settled(3);
    world.host(1).powerOff();
    await world.pass(30);
    assert.equal(world.host(2).vm.kind, 'waiting', logOf(world));
    world.host(2).powerOff();
    await until(world, DEAD_S + 40, () => world.running()[0] === 3);
    await world.end();
  });

  test('row 2: QEMU dies: restarted here within 2 s', async () => {
    const world = await settled(3);
    world.host(1).guestDies('crashed');
    await until(world, 3, () => world.host(1).vm.kind === 'running');
    assert.equal(world.starts, 2);
    await world.end();
  });

  test('row 2: a second crash: another host first', async () => {
    const world = await settled(3);
    world.host(1).guestDies('crashed');
    await until(world, 3, () => world.host(1).vm.kind === 'running');
    await world.pass(60);
    world.host(1).guestDies('crashed');
    await until(world, 8, () => world.running()[0] === 2);
    await world.end();
  });

  test('defect 4: a VM that keeps crashing on the only host is started again each time', async () => {
    const world = await settled(1);
    for (let crash = 0; crash < 4; crash += 1) {
      world.host(1).guestDies('crashed');
      await until(world, 12, () => world.host(1).vm.kind === 'running');
      await world.pass(20);
    }
    await world.end();
  });

  test('row 3: shut down from inside: another host within 5 s, score 0 here', async () => {
    const world = await settled(3);
    world.host(1).guestDies('shut-down');
    await until(world, 5, () => world.host(2).vm.kind === 'running');
    assert.equal(scoreOf(world, 1), 0);
    await world.pass(560);
    assert.equal(scoreOf(world, 1), 3400);
    assert.deepEqual(world.running(), [2]);
    await world.end();
  });

  test('row 3: with no other host, this one starts it again', async () => {
    const world = await settled(1);
    world.host(1).guestDies('shut-down');
    await until(world, 5, () => world.host(1).vm.kind === 'running');
    await world.end();
  });

  test('row 6: the gateway is gone for all: nothing happens', async () => {
    const world = await settled(3);
    world.networkUp = false;
    await world.pass(600);
    assert.deepEqual(world.running(), [1]);
    assert.equal(world.starts, 1, logOf(world));
    assert.equal(scoreOf(world, 1), 1800);
    await world.end();
  });

  test('row 8: storage stalls on all hosts for less than the lease allows: nothing happens', async () => {
    const world = await settled(3);
    for (const host of world.hosts) host.hangStorage();
    await world.pass(7);
    for (const host of world.hosts) host.healStorage();
    await world.pass(120);
    assert.deepEqual(world.running(), [1]);
    assert.equal(world.starts, 1, logOf(world));
    await world.end();
  });

  test('row 7: the active host loses its storage: another one after the lease lapsed', async () => {
    const world = await settled(3);
    world.host(1).hangStorage();
    await until(world, DEAD_S + 4, () => world.running()[0] === 2);
    await world.end();
  });

  test('row 12: the daemon of the active host dies and comes back: the VM is untouched', async () => {
    const world = await settled(3);
    world.host(1).killDaemon();
    await world.pass(90);
    world.host(1).reviveDaemon();
    await world.pass(90);
    assert.deepEqual(world.running(), [1]);
    assert.equal(world.starts, 1, logOf(world));
    await world.end();
  });

  test('row 12: the host daemon does not answer: the VM is untouched, nobody else starts it', async () => {
    const world = await settled(3);
    world.host(1).hypervisorUp = false;
    await world.pass(120);
    world.host(1).hypervisorUp = true;
    await world.pass(60);
    assert.equal(world.starts, 1, logOf(world));
    await world.end();
  });

  test('row 14: a start fails here: other hosts try', async () => {
    const world = new World(3);
    world.host(1).startFault = 'no such image';
    for (const host of world.hosts) host.startDaemon();
    await until(world, 60, () => world.running()[0] === 2);
    assert.ok(scoreOf(world, 1) <= 3350);
    await world.end();
  });

  test('I6: global maintenance: a dead VM stays dead until it ends', async () => {
    const world = await settled(3);
    setGlobal(world, true);
    await world.pass(5);
    world.host(1).guestDies('crashed');
    await world.pass(300);
    assert.deepEqual(world.running(), []);
    assert.equal(world.starts, 1, logOf(world));
    setGlobal(world, false);
    await until(world, 20, () => world.running().length === 1);
    await world.end();
  });

  test('I6: local maintenance on a standby: it never takes over', async () => {
    const world = await settled(3);
    world.host(2).localMaintenance = true;
    world.host(1).powerOff();
    await until(world, DEAD_S + 4, () => world.running()[0] === 3);
    await world.end();
  });

  test('row 15: a corrupt, a too new and a zeroed slot harm nobody', async () => {
    const world = await settled(3);
    world.host(3).killDaemon();
    world.slots.set(3, new Uint8Array(4096).fill(0xff));
    world.slots.set(7, new Uint8Array(4096).fill(0x39, 0, 40));
    world.host(1).powerOff();
    await until(world, DEAD_S + 4, () => world.running()[0] === 2);
    assert.match(logOf(world), /ignoring the slot of host 3/);
    await world.end();
  });

  test('a stopped daemon says good-bye: score 0, stopped', async () => {
    const world = await settled(2);
    world.host(2).stopDaemon();
    await world.pass(5);
    const verdict = decodeHostSlot(2, world.slots.get(2) ?? new Uint8Array(4096));
    assert.ok(verdict.kind === 'host' && verdict.record.stopped && verdict.record.score === 0);
    await world.end();
  });
});
