import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialMachine, type Observation, type Score, unknown } from '@hosted-engine/core';
import type { Log, Whiteboard } from '@hosted-engine/ports';
import { ManualClock } from '@hosted-engine/ports/fakes/manual-clock';
import { createPublisher } from '../src/publish.js';

const QUIET: Log = { error() {}, warn() {}, info() {}, debug() {} };
const HOST_ID = 2;

/** A publisher whose writes end only when told. */
function setUp() {
  const clock = new ManualClock();
  const writes: { end(): void }[] = [];
  const id = { owned: true };
  const publisher = createPublisher({
    whiteboard: {
      writeSlot: () => new Promise<void>((resolve) => writes.push({ end: resolve })),
    } as unknown as Whiteboard,
    hostId: HOST_ID,
    hostname: 'host2.lab.test',
    clock,
    log: QUIET,
    ownsHostId: () => id.owned,
    vmConfRefresh: () => ({ monotonicS: 0, wallS: 0 }),
  });
  const publish = (): void => {
    const nowS = clock.monotonicS();
    const nothing = unknown('not looked');
    // What a slot is made of; a decision needs more.
    const seen = { nowS, localMaintenance: false, vm: nothing, health: nothing } as Observation;
    publisher.publish({ machine: initialMachine(nowS), seen, score: { total: 3400 } as Score });
  };
  return { clock, writes, id, publish };
}

test('while a write is under way only the newest slot waits', async () => {
  const { clock, writes, publish } = setUp();
  publish();
  publish();
  publish();
  assert.equal(writes.length, 1);
  writes[0]?.end();
  await clock.advance(0);
  assert.equal(writes.length, 2);
  writes[1]?.end();
  await clock.advance(0);
  assert.equal(writes.length, 2);
});

test('what waits behind a write is dropped when the host id is lost by then', async () => {
  const { clock, writes, id, publish } = setUp();
  publish();
  publish();
  id.owned = false;
  writes[0]?.end();
  await clock.advance(0);
  assert.equal(writes.length, 1);
  publish();
  assert.equal(writes.length, 1);
  id.owned = true;
  publish();
  assert.equal(writes.length, 2);
});
