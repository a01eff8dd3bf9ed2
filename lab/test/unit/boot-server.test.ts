import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { usedExtents } from '../../src/site/boot-server.js';

const MIB = 1024 ** 2;

test('the used parts of a disk are runs of MiB, to its last byte', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'boot-server-'));
  try {
    const path = join(folder, 'disk');
    const file = await open(path, 'w');
    await file.truncate(10 * MIB + 5);
    for (const at of [0, 3 * MIB, 5 * MIB - 1, 10 * MIB + 4]) await file.write('x', at);
    await file.close();
    assert.deepEqual(await usedExtents(path), [
      { start: 0, count: 1 },
      { start: 3, count: 2 },
      { start: 10, count: 1 },
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
