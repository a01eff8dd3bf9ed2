import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { writeCpio } from '../src/cpio.js';

const ARCHIVE = writeCpio([
  { kind: 'directory', name: 'bin' },
  { kind: 'character-device', name: 'console', major: 5, minor: 1 },
  { kind: 'file', name: 'bin/init', data: Buffer.from('#!/x\n'), executable: true },
  { kind: 'file', name: 'bin/list', data: Buffer.from('12345'), executable: false },
]);

test('every header starts on a multiple of four, with the magic and its size', () => {
  const archive = Buffer.from(ARCHIVE);
  const names: string[] = [];
  for (let at = 0; at < archive.length; ) {
    assert.equal(at % 4, 0);
    assert.equal(archive.toString('latin1', at, at + 6), '070701');
    const start = at;
    const field = (index: number): number =>
      Number.parseInt(
        archive.toString('latin1', start + 6 + index * 8, start + 14 + index * 8),
        16,
      );
    const nameSize = field(11);
    const name = archive.toString('latin1', at + 110, at + 110 + nameSize - 1);
    names.push(name);
    if (name === 'console') assert.deepEqual([field(9), field(10)], [5, 1]);
    const dataAt = Math.ceil((at + 110 + nameSize) / 4) * 4;
    at = Math.ceil((dataAt + field(6)) / 4) * 4;
  }
  assert.deepEqual(names, ['bin', 'console', 'bin/init', 'bin/list', 'TRAILER!!!']);
});

test('busybox reads it back', (context) => {
  const found = spawnSync('busybox', ['cpio', '-t'], { input: ARCHIVE });
  if (found.error !== undefined) {
    context.skip('there is no busybox on this machine');
    return;
  }
  assert.equal(found.stdout.toString(), 'bin\nconsole\nbin/init\nbin/list\n');
});
