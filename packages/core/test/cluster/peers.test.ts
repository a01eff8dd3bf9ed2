import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_TIMING, type Peers, trackPeers } from '../../src/index.js';
import { slot } from '../fsm/situations.js';

/** Reads the slots of host 2 at these times; a timestamp per reading. */
function watch(readings: readonly (readonly [atS: number, timestamp: string])[]): string {
  let peers: Peers = new Map();
  let lastS: number | undefined;
  for (const [atS, timestamp] of readings) {
    peers = trackPeers(peers, [slot(2, { timestamp })], atS, lastS, DEFAULT_TIMING);
    lastS = atS;
  }
  return peers.get(2)?.freshness ?? 'forgotten';
}

test('a slot seen once proves nothing (P2)', () => {
  assert.equal(watch([[0, '5']]), 'unproven');
});

test('a slot that never changes stays unproven, then counts as dead', () => {
  assert.equal(
    watch([
      [0, '5'],
      [2, '5'],
      [4, '5'],
    ]),
    'unproven',
  );
  const still = Array.from({ length: 32 }, (_, index) => [index * 2, '5'] as const);
  assert.equal(watch(still), 'dead');
});

test('a slot that changes is fresh', () => {
  assert.equal(
    watch([
      [0, '5'],
      [2, '7'],
    ]),
    'fresh',
  );
});

test('three missed publications make a peer of our pace stale', () => {
  assert.equal(
    watch([
      [0, '1'],
      [2, '2'],
      [4, '3'],
      [6, '3'],
      [8, '3'],
      [10, '3'],
    ]),
    'fresh',
  );
  assert.equal(
    watch([
      [0, '1'],
      [2, '2'],
      [4, '3'],
      [6, '3'],
      [8, '3'],
      [10, '3'],
      [11, '3'],
    ]),
    'stale',
  );
});

test('an original agent, ten seconds apart, stays fresh (P3)', () => {
  const readings = Array.from(
    { length: 30 },
    (_, i) => [i * 2, String(Math.floor(i / 5))] as const,
  );
  assert.equal(watch(readings), 'fresh');
});

test('its clock may stand anywhere, even go back (P1)', () => {
  assert.equal(
    watch([
      [0, '900'],
      [2, '7'],
      [4, '6'],
    ]),
    'fresh',
  );
});

test("time in which we could not read is nobody's silence (P4)", () => {
  assert.equal(
    watch([
      [0, '1'],
      [2, '2'],
      [4, '3'],
      [64, '3'],
    ]),
    'fresh',
  );
});

test('a zeroed slot is forgotten', () => {
  const seen = trackPeers(new Map(), [slot(2)], 0, undefined, DEFAULT_TIMING);
  assert.equal(trackPeers(seen, [], 2, 0, DEFAULT_TIMING).size, 0);
});
