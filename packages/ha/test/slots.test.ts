import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Fact, known, unknown } from '@hosted-engine/core';
import type { Log, Whiteboard } from '@hosted-engine/ports';
import { FaultyStorage } from '@hosted-engine/ports/fakes/faulty-storage';
import { ManualClock } from '@hosted-engine/ports/fakes/manual-clock';
import { createMemoryWhiteboard } from '@hosted-engine/ports/fakes/memory-whiteboard';
import { createSlotReader } from '../src/slots.js';

const QUIET: Log = { error() {}, warn() {}, info() {}, debug() {} };
const ALL = 2001;
/** Bytes that say something, if nothing that can be believed. */
const USED = new Uint8Array(4096).fill(0x78);

/** A reader of a board that counts what is read. Times are seconds since the first reading. */
function setUp(slots: ReadonlyMap<number, Uint8Array>, ids: Fact<readonly number[]>) {
  const clock = new ManualClock();
  const storage = new FaultyStorage();
  const shared = new Map(slots);
  const board = createMemoryWhiteboard({ slots: shared, storage, clock });
  const counted: Whiteboard = {
    ...board,
    readSlots: (wanted) => {
      world.slotsRead += wanted.length;
      return board.readSlots(wanted);
    },
    readAll: () => {
      world.slotsRead += ALL;
      return board.readAll();
    },
  };
  const reader = createSlotReader({
    whiteboard: counted,
    hostId: 1,
    clock,
    log: QUIET,
    lockspaceIds: () => world.ids,
  });
  const world = {
    ids,
    shared,
    storage,
    reader,
    slotsRead: 0,
    /** Ids that the reading at this moment gave. */
    async read(): Promise<number[]> {
      const { raw } = await reader.read();
      return [...raw.keys()].sort((a, b) => a - b);
    },
    /** A reading every two seconds, as the daemon's monitor makes them; how many slots were read. */
    async pass(seconds: number): Promise<number> {
      const before = world.slotsRead;
      for (let passed = 0; passed < seconds; passed += 2) {
        await clock.advance(2000);
        await reader.read();
      }
      return world.slotsRead - before;
    },
  };
  return world;
}

const THREE = new Map([1, 2, 3].map((id) => [id, USED]));
const MEMBERS = known([1, 2, 3]);

test('three hosts cost less than 2 MB of reading a minute, also over an hour', async () => {
  const world = setUp(THREE, MEMBERS);
  await world.read();
  await world.pass(20);
  const slots = await world.pass(3600);
  const megabytesAMinute = (slots * 4096) / 60 / 1e6;
  assert.ok(megabytesAMinute < 1.5, `${megabytesAMinute} MB`);
});

test('250 hosts are read in full each time, and no more than they are', async () => {
  const ids = Array.from({ length: 250 }, (_, index) => index + 1);
  const world = setUp(new Map(ids.map((id) => [id, USED])), known(ids));
  await world.read();
  await world.pass(80);
  assert.equal(await world.pass(2), 251);
});

test('a host that joins is read as soon as sanlock sees its id, however high', async () => {
  const world = setUp(THREE, MEMBERS);
  await world.read();
  await world.pass(30);
  world.shared.set(1500, USED);
  assert.deepEqual(await world.read(), [0, 1, 2, 3]);
  world.ids = known([1, 2, 3, 1500]);
  assert.deepEqual(await world.read(), [0, 1, 2, 3, 1500]);
});

test('a low id is found within a minute though sanlock does not tell', async () => {
  const world = setUp(THREE, unknown('sanlock does not answer'));
  await world.read();
  await world.pass(30);
  world.shared.set(9, USED);
  await world.pass(60);
  assert.deepEqual(await world.read(), [0, 1, 2, 3, 9]);
});

test('while sanlock does not tell, all slots are scanned every minute', async () => {
  const world = setUp(THREE, unknown('sanlock does not answer'));
  await world.read();
  await world.pass(30);
  world.shared.set(1500, USED);
  await world.pass(60);
  assert.deepEqual(await world.read(), [0, 1, 2, 3, 1500]);
});

test('hosts that start together find each other at once', async () => {
  const world = setUp(new Map([[1, USED]]), known([1]));
  await world.read();
  world.shared.set(2, USED);
  assert.deepEqual(await world.read(), [0, 1, 2]);
});

test('somebody must take over: hosts that are new are looked for', async () => {
  const world = setUp(THREE, MEMBERS);
  await world.read();
  await world.pass(30);
  world.shared.set(9, USED);
  assert.deepEqual(await world.read(), [0, 1, 2, 3]);
  world.reader.scanNext();
  assert.deepEqual(await world.read(), [0, 1, 2, 3, 9]);
});

test('a scan that failed is made again', async () => {
  const world = setUp(new Map([[1500, USED]]), known([]));
  world.storage.breakDown();
  await assert.rejects(world.read());
  world.storage.heal();
  assert.deepEqual(await world.read(), [1500]);
});

test('a slot that was zeroed is nobody any more', async () => {
  const world = setUp(THREE, known([1, 2]));
  await world.read();
  await world.pass(30);
  world.shared.set(3, new Uint8Array(4096));
  assert.deepEqual(await world.read(), [0, 1, 2]);
});
