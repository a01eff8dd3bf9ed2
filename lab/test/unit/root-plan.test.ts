import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { shellQuote } from '../../src/shell-quote.js';
import { missingProgramFolder, planRoot } from '../../src/site/root-plan.js';

test('a folder that holds the lab is built from its entries, without the lab', () => {
  const root = mkdtempSync(join(tmpdir(), 'root-plan-'));
  try {
    mkdirSync(join(root, 'usr/bin'), { recursive: true });
    mkdirSync(join(root, 'root/work/lab'), { recursive: true });
    mkdirSync(join(root, 'root/.config'), { recursive: true });
    mkdirSync(join(root, 'data'));
    symlinkSync('usr/bin', join(root, 'bin'));
    writeFileSync(join(root, 'root/.profile'), '');
    const pieces = planRoot([join(root, 'root/work/lab')], root);
    const shown = pieces.map((one) => `${one.kind} ${one.path.slice(root.length)}`);
    assert.deepEqual(shown, [
      'link /bin',
      'folder /root',
      'layer /root/.config',
      'file /root/.profile',
      'folder /root/work',
      'layer /usr',
    ]);
    assert.equal(missingProgramFolder(join(root, 'usr/bin/node'), pieces), undefined);
    assert.equal(missingProgramFolder('/data/node/bin/node', pieces), '/data/node');
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('any word survives a shell', () => {
  assert.equal(shellQuote('/plain/path-1.0'), '/plain/path-1.0');
  assert.equal(shellQuote("it's $HOME"), `'it'\\''s $HOME'`);
});
