import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check } from './check.js';

test('two hosts, two faults and a delay: every rule holds in every state', () => {
  const found = check(2, 5, 2, 1, 50_000);
  assert.ok(found.changes.size > 80, `only ${found.changes.size} changes of state were taken`);
});
