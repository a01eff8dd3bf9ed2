import assert from 'node:assert/strict';
import { test } from 'node:test';
import { known, unknown } from '@hosted-engine/core';
import { ManualClock } from '@hosted-engine/ports/fakes/manual-clock';
import { createMonitor } from '../../src/monitors/monitor.js';

/** A source whose answers the test gives. */
function source() {
  const waiting: PromiseWithResolversLike<number>[] = [];
  return {
    polls: 0,
    poll(): Promise<number> {
      this.polls += 1;
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    answer(value: number): void {
      waiting.shift()?.resolve(value);
    },
    fail(why: string): void {
      waiting.shift()?.reject(new Error(why));
    },
  };
}

interface PromiseWithResolversLike<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

function setUp(options: { readonly pausedWhy?: string } = {}) {
  const clock = new ManualClock();
  const from = source();
  const life = new AbortController();
  const monitor = createMonitor<number>({
    name: 'depth',
    clock,
    intervalS: 2,
    maxAgeS: 7,
    poll: () => from.poll(),
    ...options,
  });
  const run = monitor.run(life.signal);
  return { clock, from, monitor, life, run };
}

/** After a first answer of 5, with the second poll under way. */
async function setUpMeasured() {
  const parts = setUp();
  await parts.clock.advance(0);
  parts.from.answer(5);
  await parts.clock.advance(2000);
  return parts;
}

test('a value has the age of its measurement, then is unknown', async () => {
  const { clock, from, monitor, life, run } = setUp();
  assert.deepEqual(monitor.fact(), unknown('depth was not measured yet'));
  await clock.advance(0);
  from.answer(5);
  await clock.advance(0);
  assert.deepEqual(monitor.fact(), known(5, 0));
  await clock.advance(7000);
  assert.deepEqual(monitor.fact(), known(5, 7));
  await clock.advance(1000);
  assert.deepEqual(monitor.fact(), unknown('depth is 8 s old; depth was not measured yet'));
  life.abort();
  await run;
});

test('a hung poll is never doubled, and the fact says for how long there was no answer', async () => {
  const { clock, from, monitor, life, run } = setUp();
  await clock.advance(60_000);
  void monitor.refresh();
  void monitor.refresh();
  await clock.advance(0);
  assert.equal(from.polls, 1);
  assert.deepEqual(monitor.fact(), unknown('depth: no answer for 60 s'));
  from.answer(5);
  await clock.advance(0);
  assert.deepEqual(
    monitor.fact(),
    unknown('depth is 60 s old; depth was not measured yet'),
    'a late answer is as old as its question',
  );
  await clock.advance(2000);
  assert.equal(from.polls, 2);
  life.abort();
  await run;
});

test('a failed poll leaves the value before it until that is too old', async () => {
  const { clock, from, monitor, life, run } = await setUpMeasured();
  from.fail('no answer');
  await clock.advance(0);
  assert.deepEqual(monitor.fact(), known(5, 2));
  await clock.advance(1999);
  life.abort();
  await run;
  await clock.advance(4000);
  assert.deepEqual(monitor.fact(), unknown('depth is 8 s old; depth: no answer'));
});

test('the end of the daemon waits for no hung poll', async () => {
  const { clock, life, run } = setUp();
  await clock.advance(10_000);
  life.abort();
  await run;
});

test('a pause drops what is known and what is under way; nothing is polled until it is over', async () => {
  const { clock, from, monitor, life, run } = await setUpMeasured();
  assert.equal(from.polls, 2);
  monitor.pause('the river is dry');
  assert.deepEqual(monitor.fact(), unknown('the river is dry'));
  from.answer(4);
  await clock.advance(60_000);
  assert.deepEqual(monitor.fact(), unknown('the river is dry'));
  assert.equal(from.polls, 2);

  const resumed = monitor.resume();
  assert.deepEqual(monitor.fact(), unknown('depth was not measured yet'));
  await clock.advance(0);
  from.answer(6);
  await resumed;
  assert.deepEqual(monitor.fact(), known(6, 0));
  await clock.advance(2000);
  assert.equal(from.polls, 4);
  life.abort();
  await run;
});

test('a poll that hangs through a pause is not doubled after it, and its answer is not taken', async () => {
  const { clock, from, monitor, life, run } = setUp();
  await clock.advance(0);
  monitor.pause('the river is dry');
  const resumed = monitor.resume();
  await clock.advance(10_000);
  assert.equal(from.polls, 1);
  assert.deepEqual(monitor.fact(), unknown('depth: no answer for 10 s'));
  from.answer(5);
  await clock.advance(0);
  assert.equal(from.polls, 2);
  assert.equal(monitor.fact().kind, 'unknown');
  from.answer(6);
  await resumed;
  assert.deepEqual(monitor.fact(), known(6, 0));
  life.abort();
  await run;
});

test('a monitor that begins with a pause polls nothing, and ends with the daemon', async () => {
  const { clock, from, monitor, life, run } = setUp({ pausedWhy: 'the river is dry' });
  await clock.advance(10_000);
  assert.equal(from.polls, 0);
  assert.deepEqual(monitor.fact(), unknown('the river is dry'));
  life.abort();
  await run;
});
