import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interrupter } from '../src/interruption.js';

test('calls each listener once, in the order in which they came, and those not that left', () => {
  const interrupter = new Interrupter();
  const calls: string[] = [];
  const [first, left, second] = ['first', 'left', 'second'].map((name) => () => {
    calls.push(name);
  }) as [() => void, () => void, () => void];
  for (const listener of [first, left, second]) interrupter.addEventListener('abort', listener);
  interrupter.removeEventListener('abort', left);
  assert.equal(interrupter.aborted, false);
  interrupter.abort();
  interrupter.abort();
  assert.deepEqual(calls, ['first', 'second']);
  assert.equal(interrupter.aborted, true);
});
