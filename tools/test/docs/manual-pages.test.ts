import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import { loadAll } from '@hosted-engine/cli';
import { VM_CONF_LISTS } from '@hosted-engine/formats';
import { ERROR_CATALOGUE } from '@hosted-engine/ports';
import { ANSWER_KEYS, ANSWER_NAMES } from '@hosted-engine/setup';
import { CONFIGURATION_FILES } from '../../src/docs/configuration/files.js';
import { detailBlocks } from '../../src/docs/man/details.js';
import { manualPages } from '../../src/docs/man/pages.js';
import { item, paragraph } from '../../src/docs/man/roff.js';

const commands = await loadAll();
const pages = manualPages({
  commands,
  errors: ERROR_CATALOGUE,
  answers: ANSWER_KEYS,
  files: CONFIGURATION_FILES,
  vmLists: VM_CONF_LISTS,
});

function textOf(name: string): string {
  const page = pages.find((candidate) => candidate.name === name);
  assert.ok(page !== undefined, `there is no page ${name}`);
  return page.text;
}

describe('the manual pages', () => {
  test('groff has nothing to say against any of them', (t) => {
    if (!existsSync('/usr/bin/groff')) {
      t.skip('groff is not installed');
      return;
    }
    for (const { name, text } of pages) {
      const run = spawnSync('groff', ['-man', '-ww', '-Tascii', '-P-cbou'], {
        input: text,
        encoding: 'utf8',
      });
      assert.equal(run.status, 0);
      assert.equal(run.stderr, '', name);
      assert.match(run.stdout, /^NAME$/m);
    }
  });

  test('they are ASCII, so that no system has to guess', () => {
    for (const { name, text } of pages) assert.match(text, /^[\n -~]+$/, name);
  });

  test('no line of text is a request by accident', () => {
    const requests = /^[.'](?!(\\"|TH|SH|SS|PP|TP|IP|HP|B|BR|nf|fi|RS|RE|sp)\b|\\")/m;
    for (const { name, text } of pages) assert.doesNotMatch(text, requests, name);
  });

  test('hosted-engine(8) has every command and every option', () => {
    const text = textOf('hosted-engine').replaceAll('\\-', '-');
    for (const { name, options } of commands) {
      assert.ok(text.includes(`.SS "--${name}`), name);
      for (const option of options) assert.ok(text.includes(`--${option.name}`), option.name);
    }
  });

  test('answers.conf(5) has every question', () => {
    const text = textOf('answers.conf').replaceAll('\\-', '-');
    for (const name of ANSWER_NAMES) assert.ok(text.includes(`\n.B ${name}\n`), name);
  });
});

describe('text as roff', () => {
  test('hyphens, backslashes and what begins a request are made safe', () => {
    assert.deepEqual(paragraph('.so x\\y -z’s `--tui`'), [
      '.PP',
      '\\&.so x\\ey \\-z\\(cqs \\fB\\-\\-tui\\fR',
    ]);
    assert.deepEqual(item('a', 'one', 'two'), ['.TP', '.B a', 'one', '.IP', 'two']);
  });

  test('details of a command become paragraphs, items and examples', () => {
    const details = ['One', 'two.', 'local:  this', '        host.', '', 'Examples:', '    run it'];
    assert.deepEqual(detailBlocks(details), [
      ...['.PP', 'One two.'],
      ...['.TP', '.B local', 'this host.'],
      ...['.PP', 'Examples:'],
      ...['.PP', '.nf', '.RS 4', 'run it', '.RE', '.fi'],
    ]);
  });
});
