import assert from 'node:assert/strict';
import { test } from 'node:test';
import { known, unknown } from '@hosted-engine/core';
import type { StorageReport } from '@hosted-engine/ports';
import { createStorageStall } from '../../src/monitors/storage-stall.js';

const report = (lastCheckS: number): StorageReport => ({
  valid: true,
  delayS: 0.01,
  lastCheckS,
  acquired: true,
});

test('a storage that stalls is told of once at 6 x io_timeout, and once when it is back', () => {
  const lines: string[] = [];
  const note = (text: string): void => void lines.push(text);
  const stall = createStorageStall(10, { error: note, warn: note, info: note, debug: note });

  stall.look(known(report(2)), 1000);
  stall.look(known(report(58), 1), 1056);
  assert.deepEqual(lines, []);
  stall.look(known(report(59), 1), 1058);
  stall.look(known(report(70), 1), 1069);
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /has not answered for 60 s; after 80 s/);
  // The host daemon is away: that says nothing of the storage.
  stall.look(unknown('the host daemon does not answer'), 1070);
  assert.equal(lines.length, 1);
  stall.look(known(report(1)), 1073);
  stall.look(known(report(1)), 1075);
  assert.deepEqual(lines.slice(1), ['the storage domain answers again after 75 s']);
});
