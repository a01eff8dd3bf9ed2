// What the daemon writes while things go wrong is enough to decide it all again.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatEntry, replayLine } from '@hosted-engine/core';
import { settled, until } from './world/situations.js';
import { DEAD_S, type World } from './world/world.js';

const SITUATIONS: readonly (readonly [string, (world: World) => Promise<void>])[] = [
  ['nothing but the start', async () => undefined],
  [
    'a crash of the host',
    async (world) => {
      world.host(1).powerOff();
      await until(world, DEAD_S + 2, () => world.running()[0] === 2);
    },
  ],
  [
    'two crashes of QEMU',
    async (world) => {
      world.host(1).guestDies('crashed');
      await world.pass(70);
      world.host(1).guestDies('crashed');
      await world.pass(30);
    },
  ],
  [
    'a loss of the network',
    async (world) => {
      await world.pass(60);
      world.host(1).networkUp = false;
      await until(world, 60, () => world.running()[0] === 2);
    },
  ],
  [
    'a loss of the storage on all hosts',
    async (world) => {
      for (const host of world.hosts) host.hangStorage();
      await world.pass(90);
      for (const host of world.hosts) host.healStorage();
      await world.pass(90);
    },
  ],
  [
    'a service that fails, and starts that fail',
    async (world) => {
      world.serviceUp = false;
      await world.pass(460);
      for (const host of world.hosts) host.startFault = 'no such image';
      await world.pass(300);
    },
  ],
  [
    'local maintenance and a damaged slot',
    async (world) => {
      world.host(1).localMaintenance = true;
      world.slots.set(3, new Uint8Array(4096).fill(0xff));
      await world.pass(60);
      world.host(1).localMaintenance = false;
      world.host(1).stopDaemon();
      await world.pass(10);
    },
  ],
];

describe('a journal of the daemon', () => {
  for (const [name, happen] of SITUATIONS) {
    test(`${name}: replayed, every decision is the same`, async () => {
      const world = await settled(3);
      await happen(world);
      let decisions = 0;
      for (const host of world.hosts) {
        for (const [index, entry] of host.journal.entries()) {
          const verdict = replayLine(index + 1, formatEntry(entry));
          if (entry.kind === 'decision') decisions += 1;
          const expected = entry.kind === 'decision' ? 'same' : 'other';
          assert.equal(verdict.kind, expected, JSON.stringify(verdict).slice(0, 500));
        }
      }
      assert.ok(decisions >= 9, `only ${decisions} decisions`);
      await world.end();
    });
  }

  test('it tells what the others did, once each', async () => {
    const world = await settled(3);
    world.host(1).powerOff();
    await until(world, DEAD_S + 2, () => world.running()[0] === 2);
    await world.pass(20);
    const seen = world
      .host(3)
      .journal.flatMap((entry) =>
        entry.kind === 'peers'
          ? entry.changes.map(({ hostId, freshness, state }) => `${hostId} ${freshness} ${state}`)
          : [],
      );
    assert.ok(seen.includes('1 stale EngineUp'), seen.join('\n'));
    assert.ok(seen.includes('2 fresh EngineUp'), seen.join('\n'));
    assert.equal(new Set(seen.slice(-4)).size, 4, seen.join('\n'));
    await world.end();
  });
});
