import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NetworkProbe } from '@hosted-engine/ports';
import { ManualClock } from '@hosted-engine/ports/fakes/manual-clock';
import { allTargets, shareOfTries } from '../../src/monitors/network.js';

const probe = (share: number): NetworkProbe => ({ share: async () => share });
const broken: NetworkProbe = {
  share: async () => {
    throw new Error('ping is not installed');
  },
};

const ROWS: readonly (readonly [string, readonly NetworkProbe[], number, number])[] = [
  ['one target is its own share', [probe(0.6)], 1, 0.6],
  ['with one of two required the better one counts', [probe(0), probe(0.8)], 1, 0.8],
  ['with both required the worse one counts', [probe(1), probe(0.4)], 2, 0.4],
  ['two of three: the second best', [probe(0), probe(1), probe(0.8)], 2, 0.8],
  ['a target that cannot be tested, where others decide', [broken, probe(1)], 1, 1],
  ['the same the other way round', [broken, probe(0), probe(0)], 2, 0],
];

for (const [name, probes, required, share] of ROWS) {
  test(`targets: ${name}`, async () => {
    assert.equal(await allTargets(probes, required).share(), share);
  });
}

test('targets: unknown when the one that cannot be tested would decide', async () => {
  await assert.rejects(allTargets([broken, probe(1)], 2).share(), /ping is not installed/);
  await assert.rejects(allTargets([broken], 1).share(), /ping is not installed/);
});

test('tries overlap: a cut network shows after the last try has waited, not after each has', async () => {
  const clock = new ManualClock();
  const startedS = clock.monotonicS();
  const share = shareOfTries(async () => {
    await clock.sleep(5000);
    return false;
  }, clock);
  await clock.advance(7000);
  assert.equal(await share, 0);
  assert.equal(clock.monotonicS() - startedS, 7);
});

test('tries: the share of those that succeeded', async () => {
  const clock = new ManualClock();
  let count = 0;
  const share = shareOfTries(async () => count++ % 2 === 0, clock);
  await clock.advance(2000);
  assert.equal(await share, 0.6);
});

test('tries: one that cannot be made is no answer', async () => {
  const clock = new ManualClock();
  const share = assert.rejects(
    shareOfTries(async () => {
      throw new Error('no such program');
    }, clock),
    /no such program/,
  );
  await clock.advance(2000);
  await share;
});
