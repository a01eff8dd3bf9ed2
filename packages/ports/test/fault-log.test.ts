import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFaultLog } from '../src/fault-log.js';

test('a fault is told of when it is new, another, or back; not while it stays', () => {
  const warned: string[] = [];
  const fault = createFaultLog({ warn: (text) => void warned.push(text) });
  for (const text of ['full', 'full', 'read-only', 'read-only']) fault.fails(text);
  assert.deepEqual(warned, ['full', 'read-only']);
  fault.works();
  fault.fails('read-only');
  assert.deepEqual(warned, ['full', 'read-only', 'read-only']);
});
