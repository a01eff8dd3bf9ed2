import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createBrokerConfCopy } from '../../src/adapters/broker-conf-copy.js';

describe("this host's copy of the shared broker.conf", () => {
  const lines: string[] = [];
  const add = (level: string) => (text: string) => void lines.push(`${level} ${text}`);
  const log = { error: add('error'), warn: add('warn'), info: add('info'), debug: () => undefined };
  let directory = '';
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'copy-'));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  test('follows the shared one, says so once a change, and leaves nothing else behind', async () => {
    const path = join(directory, 'ha', 'broker.conf');
    const copy = createBrokerConfCopy(path, log);
    for (const text of ['[email]\n', '[email]\n', '[email]\nsmtp-port = 26\n'])
      await copy.keep(text);
    assert.equal(await readFile(path, 'utf8'), '[email]\nsmtp-port = 26\n');
    assert.deepEqual(await readdir(join(directory, 'ha')), ['broker.conf']);
    assert.equal(lines.length, 2, lines.join('\n'));
  });

  test('a copy that cannot be written is told once, and stops nothing', async () => {
    lines.length = 0;
    await writeFile(join(directory, 'file'), '');
    const copy = createBrokerConfCopy(join(directory, 'file', 'broker.conf'), log);
    await copy.keep('a');
    await copy.keep('a');
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /^warn .*broker\.conf cannot be refreshed/);
  });
});
