import { test } from 'node:test';
import { check } from './check.js';

test('three hosts, a fault and a delay: every rule holds in every state', () => {
  check(3, 14, 1, 1, 40_000);
});
