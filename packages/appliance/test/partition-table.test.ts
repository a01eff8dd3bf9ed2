import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ALIGNMENT,
  diskSize,
  masterBootRecord,
  placePartitions,
  TYPE_FAT16_LBA,
  TYPE_LINUX,
} from '../src/partition-table.js';

const PARTITIONS = placePartitions([
  { type: TYPE_FAT16_LBA, active: true, size: 2 * ALIGNMENT },
  { type: TYPE_LINUX, active: false, size: 5 * ALIGNMENT },
]);

test('partitions follow each other after one alignment unit', () => {
  assert.deepEqual(
    PARTITIONS.map(({ offset, size }) => [offset / ALIGNMENT, size / ALIGNMENT]),
    [
      [1, 2],
      [3, 5],
    ],
  );
  assert.equal(diskSize(PARTITIONS), 8 * ALIGNMENT);
});

test('the boot record holds code, table and mark where the firmware looks', () => {
  const record = Buffer.from(masterBootRecord(Buffer.alloc(440, 0x90), 0x11223344, PARTITIONS));
  assert.equal(record.length, 512);
  assert.equal(record.readUInt16LE(510), 0xaa55);
  assert.equal(record.readUInt32LE(440), 0x11223344);
  assert.equal(record[0], 0x90);
  assert.deepEqual([record[446], record[450]], [0x80, TYPE_FAT16_LBA]);
  assert.deepEqual([record.readUInt32LE(454), record.readUInt32LE(458)], [2048, 4096]);
  assert.deepEqual([record[462], record[466]], [0, TYPE_LINUX]);
  assert.equal(record[478], 0);
});

test('what does not fit is refused', () => {
  assert.throws(() => placePartitions([{ type: 1, active: false, size: 5 }]), RangeError);
  assert.throws(() => masterBootRecord(Buffer.alloc(441), 0, []), RangeError);
});
