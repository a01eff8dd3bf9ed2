import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { HeError } from '@hosted-engine/ports';
import { createDirectIo } from '../src/direct-io.js';
import { createSystemClock } from '../src/system-clock.js';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'he-direct-'));
after(() => fs.rmSync(dir, { recursive: true }));

const directIo = createDirectIo(createSystemClock());
const DEADLINE_MS = 5000;

const failsWith =
  (code: string, details: object = {}) =>
  (error: unknown) => {
    assert.ok(error instanceof HeError);
    assert.equal(error.code, code);
    for (const [key, value] of Object.entries(details)) assert.equal(error.details[key], value);
    return true;
  };

describe('direct I/O', () => {
  it('reads what it wrote, short only at the end of the file', async () => {
    const name = path.join(dir, 'file');
    fs.writeFileSync(name, new Uint8Array(8192));
    const file = await directIo.open(name, 'read-write', DEADLINE_MS);
    const bytes = Uint8Array.from({ length: 1024 }, (_, index) => index % 251);
    await file.write(512, bytes, DEADLINE_MS);
    assert.deepEqual(await file.read(512, 1024, DEADLINE_MS), bytes);
    assert.equal((await file.read(0, 65536, DEADLINE_MS)).length, 8192);
    assert.equal((await file.read(8192, 512, DEADLINE_MS)).length, 0);
    await file.close();
    await file.close();
  });

  it('refuses what is not in whole sectors', async () => {
    const name = path.join(dir, 'aligned');
    fs.writeFileSync(name, new Uint8Array(4096));
    const file = await directIo.open(name, 'read-write', DEADLINE_MS);
    assert.throws(() => void file.read(1, 512, DEADLINE_MS), RangeError);
    assert.throws(() => void file.write(0, new Uint8Array(100), DEADLINE_MS), RangeError);
    await file.close();
  });

  it('names the error of the system', async () => {
    const missing = directIo.open(path.join(dir, 'none'), 'read', DEADLINE_MS);
    await assert.rejects(missing, failsWith('HE_STORAGE_UNREACHABLE', { errno: 'ENOENT' }));
    fs.writeFileSync(path.join(dir, 'full'), '');
    const isDirectory = directIo.open(dir, 'read-write', DEADLINE_MS);
    await assert.rejects(isDirectory, failsWith('HE_STORAGE_UNREACHABLE', { errno: 'EISDIR' }));
  });

  it('D3: opening what hangs, again and again, costs one thread', async () => {
    // Opening a pipe for reading hangs until somebody opens it for writing.
    const pipe = path.join(dir, 'pipe');
    execFileSync('mkfifo', [pipe]);
    // More than libuv's pool has threads.
    for (let turn = 0; turn < 8; turn++) {
      const hung = directIo.open(pipe, 'read', 20);
      await assert.rejects(hung, failsWith('HE_STORAGE_TIMEOUT'));
    }
    assert.ok((await fs.promises.stat(dir)).isDirectory());
    fs.closeSync(fs.openSync(pipe, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK));
  });
});
