import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type JournalEntry, parseEntry } from '@hosted-engine/core';
import { createJournalFile } from '../../src/adapters/journal-file.js';

const note = (text: string): JournalEntry => {
  return { kind: 'note', wallMs: 1, hostId: 1, hostname: 'host1', text };
};

function recordingLog() {
  const lines: string[] = [];
  const add = (level: string) => (text: string) => void lines.push(`${level} ${text}`);
  const log = { error: add('error'), warn: add('warn'), info: add('info'), debug: () => undefined };
  return { lines, log };
}

describe('the journal file', () => {
  let directory = '';
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'journal-'));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  test('is turned over at its bound, and goes on after a restart', async () => {
    const path = join(directory, 'bounded', 'journal.jsonl');
    for (let run = 0; run < 60; run += 1) {
      const journal = createJournalFile({ path, log: recordingLog().log, sizeMax: 2000 });
      journal.append(note(`${run} ${'x'.repeat(100)}`));
      await journal.close();
    }
    assert.deepEqual((await readdir(join(directory, 'bounded'))).sort(), [
      'journal.jsonl',
      'journal.jsonl.1',
    ]);
    for (const name of [path, `${path}.1`]) assert.ok((await stat(name)).size < 2400, name);
    const last = (await readFile(path, 'utf8')).trimEnd().split('\n').at(-1) ?? '';
    const parsed = parseEntry(last);
    assert.ok(parsed.kind === 'entry' && parsed.entry.kind === 'note');
    assert.match(parsed.entry.text, /^59 /);
  });

  test('a line that a crash cut off costs no other line', async () => {
    const path = join(directory, 'torn.jsonl');
    await appendFile(path, '{"v":2,"kind":"no');
    const journal = createJournalFile({ path, log: recordingLog().log });
    journal.append(note('after'));
    await journal.close();
    const kinds = (await readFile(path, 'utf8')).trimEnd().split('\n').map(parseEntry);
    assert.deepEqual(
      kinds.map((one) => one.kind),
      ['fault', 'entry'],
    );
  });

  test('a disk that refuses: one line at failure, one at recovery, and the lines lost are counted', async () => {
    const blocked = join(directory, 'file');
    await writeFile(blocked, '');
    const { lines, log } = recordingLog();
    const journal = createJournalFile({ path: join(blocked, 'journal.jsonl'), log });
    for (let turn = 0; turn < 3; turn += 1) {
      journal.append(note(`lost ${turn}`));
      await journal.close();
    }
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(lines[0] ?? '', /^warn the decision journal .* cannot be written/);
    await rm(blocked);
    journal.append(note('kept'));
    await journal.close();
    assert.match(lines[1] ?? '', /^info .* can be written again/);
    assert.match(lines[2] ?? '', /^warn 3 lines .* were left out/);
    assert.equal(lines.length, 3);
  });

  test('what waits for a slow disk is bounded', async () => {
    const path = join(directory, 'slow.jsonl');
    const { lines, log } = recordingLog();
    const journal = createJournalFile({ path, log, waitingMax: 5 });
    for (let turn = 0; turn < 100; turn += 1) journal.append(note(`${turn}`));
    await journal.close();
    assert.ok((await readFile(path, 'utf8')).split('\n').length <= 8);
    assert.match(lines[0] ?? '', /lines of the decision journal were left out/);
  });
});
