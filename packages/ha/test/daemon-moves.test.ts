// The production loop on a small world: rows of the failure table that move the VM, or mend its engine.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { logOf, scoreOf, settled, until } from './world/situations.js';

describe('the HA daemon, with the VM running', () => {
  test('row 5: one host loses the management network: migrated, no start', async () => {
    const world = await settled(3);
    await world.pass(60);
    world.host(1).networkUp = false;
    await until(world, 60, () => world.running()[0] === 2);
    assert.equal(world.starts, 1, logOf(world));
    assert.equal(world.migrations, 1);
    await world.end();
  });

  test('row 5: back again, it does not return: no host is better by the margin', async () => {
    const world = await settled(3);
    await world.pass(60);
    world.host(1).networkUp = false;
    await until(world, 60, () => world.running()[0] === 2);
    world.host(1).networkUp = true;
    await world.pass(900);
    assert.deepEqual(world.running(), [2]);
    assert.equal(world.migrations, 1, logOf(world));
    await world.end();
  });

  test('row 5: a network that flaps does not make the VM flap', async () => {
    const world = await settled(3);
    for (let round = 0; round < 20; round += 1) {
      world.host(1).networkUp = round % 2 === 0;
      world.host(2).networkUp = round % 2 !== 0;
      await world.pass(20);
    }
    assert.ok(world.migrations <= 6, logOf(world));
    assert.equal(world.starts, 1, logOf(world));
    await world.end();
  });

  test('row 5: it cannot be migrated: stopped here, started there', async () => {
    const world = await settled(2);
    await world.pass(60);
    world.migrationsFail = true;
    world.host(1).networkUp = false;
    await until(world, 900, () => world.running()[0] === 2);
    assert.equal(world.starts, 2, logOf(world));
    await world.end();
  });

  test('row 13: local maintenance of the active host migrates the VM', async () => {
    const world = await settled(2);
    world.host(1).localMaintenance = true;
    await until(world, 12, () => world.running()[0] === 2);
    assert.equal(world.starts, 1, logOf(world));
    assert.equal(scoreOf(world, 1), 0);
    await world.end();
  });

  test('row 13: with no other host the VM stays, and moves when one comes', async () => {
    const world = await settled(2);
    world.host(2).localMaintenance = true;
    await world.pass(10);
    world.host(1).localMaintenance = true;
    await world.pass(60);
    assert.deepEqual(world.running(), [1]);
    assert.match(logOf(world), /no other host can take the engine VM/);
    world.host(2).localMaintenance = false;
    await until(world, 30, () => world.running()[0] === 2);
    await world.end();
  });

  test('row 16: the target dies during the migration: the VM runs on here', async () => {
    const world = await settled(2);
    world.host(1).localMaintenance = true;
    await until(world, 12, () => world.host(2).vm.kind === 'incoming');
    world.host(2).powerOff();
    await world.pass(30);
    assert.deepEqual(world.running(), [1]);
    assert.equal(world.starts, 1, logOf(world));
    await world.end();
  });

  test('row 4: the engine service fails: restarted in the guest after 300 s', async () => {
    const world = await settled(2);
    world.serviceUp = false;
    await until(world, 320, () => world.serviceRestarts === 1);
    world.serviceUp = true;
    await world.pass(60);
    assert.equal(world.starts, 1, logOf(world));
    await world.end();
  });

  test('row 4: that does not help: the VM here, then another host, then an alert', async () => {
    const world = await settled(2);
    world.serviceUp = false;
    await until(world, 460, () => world.starts === 2);
    await world.pass(3);
    assert.deepEqual(world.running(), [1], logOf(world));
    await until(world, 1500, () => world.running()[0] === 2);
    await until(world, 4000, () => /ALERT/.test(logOf(world)));
    await world.end();
  });

  test('row 9: paused on an I/O error: resumed when the storage is back', async () => {
    const world = await settled(2);
    world.host(1).hangStorage();
    world.host(1).vm = { kind: 'running', status: 'Paused', pause: 'io-error' };
    await world.pass(5);
    world.host(1).healStorage();
    await until(world, 20, () => {
      const { vm } = world.host(1);
      return vm.kind === 'running' && vm.pause === undefined;
    });
    assert.equal(world.starts, 1, logOf(world));
    await world.end();
  });
});
