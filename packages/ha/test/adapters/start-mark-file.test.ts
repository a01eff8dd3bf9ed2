import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Log } from '@hosted-engine/ports';
import { createStartMarkFile } from '../../src/adapters/start-mark-file.js';

describe('the mark of a start, a file', () => {
  let directory: string;
  let path: string;
  let warnings: string[];
  const nothing = (): void => undefined;
  const log: Log = {
    error: nothing,
    warn: (text) => void warnings.push(text),
    info: nothing,
    debug: nothing,
  };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'start-mark-'));
    path = join(directory, 'run', 'start');
    warnings = [];
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('is found by the next run until the start has ended', () => {
    const mark = createStartMarkFile(path, log);
    assert.equal(mark.wasKept(), false);
    mark.keep(true);
    assert.equal(createStartMarkFile(path, log).wasKept(), true);
    mark.keep(false);
    assert.equal(createStartMarkFile(path, log).wasKept(), false);
    assert.deepEqual(warnings, []);
  });

  it('takes away what the run before left', () => {
    createStartMarkFile(path, log).keep(true);
    createStartMarkFile(path, log).keep(false);
    assert.equal(existsSync(path), false);
  });

  it('that cannot be written is told once, and written as soon as that works', () => {
    const blocked = join(directory, 'run');
    writeFileSync(blocked, 'a file where the directory should be');
    const mark = createStartMarkFile(path, log);
    mark.keep(true);
    mark.keep(true);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /run\/start cannot be written: /);
    rmSync(blocked);
    mark.keep(true);
    assert.equal(mark.wasKept(), true);
  });
});
