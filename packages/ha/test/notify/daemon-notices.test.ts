// What the daemon tells people while things go wrong, on the small world.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Notice, NotificationChannel } from '@hosted-engine/ports';
import { setGlobal, settled, until } from '../world/situations.js';
import { DEAD_S, World } from '../world/world.js';

/** Tells of host 1 go here; a channel that hangs never answers. */
function watched(world: World, hangs = false): Notice[] {
  const notices: Notice[] = [];
  const channel: NotificationChannel = {
    name: 'test',
    send: (notice) => {
      notices.push(notice);
      return hangs ? new Promise(() => undefined) : Promise.resolve('sent');
    },
  };
  for (const host of world.hosts) host.notifications = [channel];
  return notices;
}

const told = (notices: readonly Notice[], type: string) =>
  notices
    .filter((notice) => notice.type === type)
    .map(({ hostname, detail }) => `${hostname} ${detail}`);

describe('notifications of the daemon', () => {
  test('every change of state is told, with its reason', async () => {
    const world = new World(2);
    const notices = watched(world);
    for (const host of world.hosts) host.startDaemon();
    await world.pass(60);
    world.host(1).powerOff();
    await until(world, DEAD_S + 2, () => world.running()[0] === 2);
    await world.pass(20);
    const changes = told(notices, 'state_transition');
    for (const change of [
      'host1 StartState-ReinitializeFSM',
      'host1 EngineStarting-EngineUp',
      'host2 EngineDown-EngineStart',
      'host2 EngineStarting-EngineUp',
    ]) {
      assert.ok(changes.includes(change), `${change} is not among\n${changes.join('\n')}`);
    }
    const start = notices.find(({ hostname, detail }) => {
      return hostname === 'host2' && detail === 'EngineDown-EngineStart';
    });
    assert.match(start?.reason ?? '', /waiting for the lease of host 1/);
    world.host(2).stopDaemon();
    await world.pass(1);
    assert.equal(told(notices, 'state_transition').at(-1), 'host2 EngineUp-AgentStopped');
    await world.end();
  });

  test('a channel that hangs delays nothing', async () => {
    const world = new World(3);
    watched(world, true);
    for (const host of world.hosts) host.startDaemon();
    await world.pass(60);
    world.host(1).guestDies('crashed');
    await until(world, 3, () => world.host(1).vm.kind === 'running');
    world.host(1).powerOff();
    await until(world, DEAD_S + 2, () => world.running()[0] === 2);
    await world.end();
  });

  test('row 8: storage that stalls is told at 6 io_timeouts, and when it is over', async () => {
    const world = new World(2);
    const notices = watched(world);
    for (const host of world.hosts) host.startDaemon();
    await world.pass(60);
    world.host(2).hangStorage();
    await world.pass(5);
    assert.deepEqual(told(notices, 'alert'), []);
    await world.pass(5);
    assert.deepEqual(told(notices, 'alert'), ['host2 storage-stalled']);
    await world.pass(60);
    world.host(2).healStorage();
    await world.pass(15);
    assert.deepEqual(told(notices, 'alert'), [
      'host2 storage-stalled',
      'host2 storage-stalled-over',
    ]);
    await world.end();
  });

  test('row 14: starts that fail round after round', async () => {
    const world = new World(2);
    const notices = watched(world);
    for (const host of world.hosts) host.startFault = 'no such image';
    for (const host of world.hosts) host.startDaemon();
    await world.pass(900);
    const alerts = notices.filter(({ detail }) => detail === 'starts-failing');
    assert.deepEqual(new Set(alerts.map(({ hostname }) => hostname)), new Set(['host1', 'host2']));
    assert.match(alerts[0]?.reason ?? '', /4 starts .* The last one: no such image/);
    assert.deepEqual(
      notices.filter(({ detail }) => detail === 'engine-down').map(({ hostname }) => hostname),
      ['host1'],
    );
    for (const host of world.hosts) host.startFault = undefined;
    await until(world, 120, () => world.running().length === 1);
    await world.pass(900);
    assert.ok(told(notices, 'alert').includes('host1 engine-down-over'));
    assert.ok(told(notices, 'alert').includes('host1 starts-failing-over'));
    await world.end();
  });

  test('in global maintenance an engine that is down is no alert', async () => {
    const world = await settled(2);
    const notices = watched(world);
    for (const host of world.hosts) {
      host.killDaemon();
      host.reviveDaemon();
    }
    setGlobal(world, true);
    await world.pass(10);
    world.host(1).guestDies('crashed');
    await world.pass(1300);
    assert.deepEqual(told(notices, 'alert'), []);
    await world.end();
  });

  test('a host id that another host uses', async () => {
    const world = new World(1);
    const notices = watched(world);
    world.host(1).hostIdProblem = 'host id 1 cannot be taken';
    world.host(1).startDaemon();
    await world.pass(200);
    world.host(1).hostIdProblem = undefined;
    await world.pass(4);
    assert.deepEqual(told(notices, 'alert'), ['host1 host-id-taken', 'host1 host-id-taken-over']);
    await world.end();
  });

  test('a host id that is lost with the storage, and taken anew after it, is no alert of its own', async () => {
    const world = new World(2);
    const notices = watched(world);
    for (const host of world.hosts) host.startDaemon();
    await world.pass(60);
    world.host(2).hangStorage();
    await world.pass(10);
    world.host(2).hostIdProblem = 'host id 2 cannot be taken';
    await world.pass(100);
    world.host(2).healStorage();
    await world.pass(8);
    world.host(2).hostIdProblem = undefined;
    await world.pass(20);
    assert.deepEqual(told(notices, 'alert'), [
      'host2 storage-stalled',
      'host2 storage-stalled-over',
    ]);
    await world.end();
  });
});
