import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Question } from '@hosted-engine/setup';
import { FakeLog } from '@hosted-engine/setup/test/fake/world';
import { firstText } from '../../src/deploy/conversation.js';
import { createFormDialog } from '../../src/deploy/form-dialog.js';
import { backMax, pageLines, progressLine } from '../../src/deploy/page-lines.js';

const FQDN: Question = { key: 'OVEHOSTED_NETWORK/fqdn', prompt: 'The FQDN:', isSecret: false };
const PASSWORD: Question = {
  key: 'OVEHOSTED_ENGINE/adminPassword',
  prompt: 'The password:',
  isSecret: true,
};

function start() {
  const log = new FakeLog();
  const form = createFormDialog();
  return { log, form, dialog: form.dialogFor(log) };
}

function shown(form: ReturnType<typeof createFormDialog>, rows = 10, back = 0): string[] {
  return pageLines(form.current(), 60, rows, back).map(({ text }) => text);
}

describe('the dialog of set-up as forms', () => {
  test('a question stands until it is answered, and its answer stays to be read', async () => {
    const { form, dialog } = start();
    const answer = dialog.ask(FQDN);
    assert.equal(form.current().question, FQDN);
    form.answer('engine.lab.test');
    assert.equal(await answer, 'engine.lab.test');
    assert.equal(form.current().question, undefined);
    assert.deepEqual(shown(form), ['The FQDN of the engine ............. engine.lab.test']);
  });

  test('an empty answer shows as the default that it means', async () => {
    const { form, dialog } = start();
    const answer = dialog.ask({ ...FQDN, fallback: 'engine.example.com' });
    form.answer('');
    assert.equal(await answer, '');
    assert.match(shown(form).join(), /engine\.example\.com$/);
  });

  test('a secret is neither shown, kept nor logged', async () => {
    const { form, dialog, log } = start();
    const answer = dialog.ask(PASSWORD);
    form.answer('s3cret');
    assert.equal(await answer, 's3cret');
    assert.doesNotMatch(JSON.stringify(form.current()), /s3cret/);
    assert.doesNotMatch(log.lines.join(), /s3cret/);
    void dialog.ask(PASSWORD);
    assert.equal(firstText(form.current()), '');
  });

  test('a refused answer is there to be corrected; another question begins empty', () => {
    const { form, dialog } = start();
    void dialog.ask(FQDN);
    form.answer('10.0.0.1');
    dialog.error('no FQDN');
    void dialog.ask(FQDN);
    assert.equal(firstText(form.current()), '10.0.0.1');
    assert.deepEqual(shown(form), ['X Error: no FQDN']);
    form.answer('10.0.0.2');
    dialog.error('no FQDN either');
    void dialog.ask(FQDN);
    assert.deepEqual(shown(form), ['X Error: no FQDN either']);
    form.answer('engine.lab.test');
    assert.deepEqual(shown(form), [
      'X Error: no FQDN either',
      'The FQDN of the engine ............. engine.lab.test',
    ]);
    void dialog.ask({ ...FQDN, key: 'OVEHOSTED_NETWORK/gateway' });
    assert.equal(firstText(form.current()), '');
  });

  test('giving up rejects as the end of input does', async () => {
    const { form, dialog } = start();
    const answer = dialog.ask(FQDN);
    form.giveUp();
    await assert.rejects(answer, { code: 'HE_ABORTED' });
    form.answer('too late');
    assert.equal(form.current().entries.length, 0);
  });

  test('each title begins a page, and what was before can be read again', () => {
    const { form, dialog } = start();
    dialog.title('STORAGE');
    dialog.note('first');
    dialog.title('NETWORK');
    dialog.warning('second');
    assert.equal(form.current().heading, 'NETWORK');
    assert.deepEqual(shown(form), ['! Warning: second']);
    assert.equal(backMax(form.current(), 60, 3), 3);
    assert.deepEqual(shown(form, 3, 3), ['', '--== STORAGE ==--', 'first']);
  });

  test('the heading follows the stages', () => {
    const { form, dialog } = start();
    dialog.info('Stage: Misc configuration');
    assert.equal(form.current().heading, 'Misc configuration');
  });

  test('progress shows until something else happens', () => {
    const { form, dialog } = start();
    dialog.progress('Copying the disk', 5, 10);
    assert.deepEqual(form.current().progress, { what: 'Copying the disk', done: 5, total: 10 });
    dialog.info('Configuring VM');
    assert.equal(form.current().progress, undefined);
  });

  test('listeners hear of each change until they leave', () => {
    const { form, dialog } = start();
    let count = 0;
    const leave = form.onChange(() => {
      count += 1;
    });
    dialog.info('one');
    leave();
    dialog.info('two');
    assert.equal(count, 1);
  });
});

test('progress is a bar with a known end, and a count without', () => {
  assert.equal(progressLine({ what: 'Copy', done: 1, total: 4 }, 25), 'Copy [###.........]  25 %');
  assert.equal(progressLine({ what: 'Polls', done: 3, total: undefined }, 24), 'Polls: 3');
});
