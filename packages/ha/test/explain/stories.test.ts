// What --explain says after faults, on the production loop. The texts beside this file are what an admin reads:
// read them after a change, then record them anew with RECORD=1.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { setGlobal, settled, until } from '../world/situations.js';
import { DEAD_S, World } from '../world/world.js';
import { ask } from './ask.js';

type Story = readonly [name: string, tell: () => Promise<readonly [World, string]>];

const STORIES: readonly Story[] = [
  [
    'all-well',
    async () => {
      const world = await settled(3);
      await world.pass(60);
      return [world, await ask(world, 2)];
    },
  ],
  [
    'host-crashed-start-waits',
    async () => {
      const world = await settled(3);
      world.host(1).powerOff();
      await world.pass(30);
      return [world, await ask(world, 2)];
    },
  ],
  [
    'host-crashed-engine-moved',
    async () => {
      const world = await settled(3);
      world.host(1).powerOff();
      await until(world, DEAD_S + 2, () => world.running()[0] === 2);
      await world.pass(60);
      return [world, await ask(world, 3)];
    },
  ],
  [
    'network-lost-migrated',
    async () => {
      const world = await settled(3);
      await world.pass(60);
      world.host(1).networkUp = false;
      await until(world, 60, () => world.running()[0] === 2);
      await world.pass(30);
      return [world, await ask(world, 1)];
    },
  ],
  [
    'storage-hangs-everywhere',
    async () => {
      const world = await settled(2);
      for (const host of world.hosts) host.hangStorage();
      await world.pass(40);
      return [world, await ask(world, 2)];
    },
  ],
  [
    'starts-fail-everywhere',
    async () => {
      const world = new World(2);
      for (const host of world.hosts) host.startFault = 'no such image';
      for (const host of world.hosts) host.startDaemon();
      await world.pass(200);
      return [world, await ask(world, 2)];
    },
  ],
  [
    'local-maintenance-without-target',
    async () => {
      const world = await settled(2);
      world.host(2).localMaintenance = true;
      await world.pass(10);
      world.host(1).localMaintenance = true;
      await world.pass(30);
      return [world, await ask(world, 1)];
    },
  ],
  [
    'global-maintenance-engine-down',
    async () => {
      const world = await settled(2);
      setGlobal(world, true);
      await world.pass(5);
      world.host(1).guestDies('shut-down');
      await world.pass(20);
      return [world, await ask(world, 1)];
    },
  ],
  [
    'shut-down-from-inside',
    async () => {
      const world = await settled(2);
      world.host(1).guestDies('shut-down');
      await world.pass(40);
      return [world, await ask(world, 1)];
    },
  ],
  [
    'peer-damaged-and-peer-gone',
    async () => {
      const world = await settled(3);
      world.host(2).killDaemon();
      world.slots.set(2, new Uint8Array(4096).fill(0xff));
      world.host(3).powerOff();
      await world.pass(70);
      return [world, await ask(world, 1)];
    },
  ],
  [
    'daemon-down',
    async () => {
      const world = await settled(2);
      world.host(2).stopDaemon();
      await world.pass(300);
      return [world, await ask(world, 2, { daemonDown: true })];
    },
  ],
];

const QUOTED = ['network-lost-migrated', 'host-crashed-start-waits', 'starts-fail-everywhere'];

describe('--explain', () => {
  test('the guide shows these very texts', async () => {
    const root = new URL('../../../../../', import.meta.url);
    const guide = await readFile(new URL('docs/guide/why.md', root), 'utf8');
    for (const name of QUOTED) {
      const text = await readFile(new URL(`packages/ha/test/explain/${name}.txt`, root), 'utf8');
      assert.ok(guide.includes(text), `docs/guide/why.md does not have ${name}.txt as it is`);
    }
  });

  for (const [name, tell] of STORIES) {
    test(name, async () => {
      const [world, text] = await tell();
      const file = new URL(`../../../test/explain/${name}.txt`, import.meta.url);
      if (process.env['RECORD'] === '1') await writeFile(file, text);
      assert.equal(text, await readFile(file, 'utf8'));
      for (const line of text.split('\n')) assert.ok(line.length <= 80, `too long: ${line}`);
      assert.doesNotMatch(text, /undefined|NaN|\[object|\.\.(?!\.)/);
      await world.end();
    });
  }
});
