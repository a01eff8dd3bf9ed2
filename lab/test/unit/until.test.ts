import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until, when } from '../../src/until.js';

test('a wait ends with the value of its condition, errors on the way notwithstanding', async () => {
  let turn = 0;
  const value = await until(
    () => {
      turn += 1;
      if (turn === 1) throw new Error('not yet');
      return { done: true, value: turn };
    },
    5,
    'the second turn',
  );
  assert.equal(value, 2);
});

test('a wait that fails tells what it waited for and what it saw last', async () => {
  await assert.rejects(
    until(() => when(false, 'a red light'), 0, 'green'),
    {
      message: 'green: not within 0 s; last seen: a red light',
    },
  );
});

test('a condition that never answers does not outlast the bound', async () => {
  const never = new Promise<never>(() => undefined);
  await assert.rejects(
    until(() => never, 0, 'an answer'),
    { message: 'an answer: not within 0 s; last seen: nothing, then no answer' },
  );
});
