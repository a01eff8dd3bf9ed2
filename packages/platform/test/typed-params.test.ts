import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberParams, PARAM_SIZE } from '../src/libvirt/typed-params.js';

function param(name: string, type: number, write: (value: Buffer) => void): Buffer {
  const bytes = Buffer.alloc(PARAM_SIZE);
  bytes.write(name, 0, 'latin1');
  bytes.writeInt32LE(type, 80);
  write(bytes.subarray(88));
  return bytes;
}

test('the numbers among typed parameters are read by name, whatever their width', () => {
  const bytes = Buffer.concat([
    param('operation', 1, (value) => value.writeInt32LE(-3)),
    param('iteration', 2, (value) => value.writeUInt32LE(2)),
    param('left', 3, (value) => value.writeBigInt64LE(-5n)),
    param('data_total', 4, (value) => value.writeBigUInt64LE(1_090_453_504n)),
    param('speed', 5, (value) => value.writeDoubleLE(1.5)),
    param('x'.repeat(80), 2, (value) => value.writeUInt32LE(7)),
  ]);
  assert.deepEqual(
    [...numberParams(bytes)],
    [
      ['operation', -3],
      ['iteration', 2],
      ['left', -5],
      ['data_total', 1_090_453_504],
      ['x'.repeat(80), 7],
    ],
  );
});
