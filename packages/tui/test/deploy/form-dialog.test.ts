import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Question } from '@hosted-engine/setup';
import { FakeLog } from '@hosted-engine/setup/test/fake/world';
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
    assert.equal(form.current().first, '');
  });

  test('a refused answer is there to be corrected; another question begins empty', () => {
    const { form, dialog } = start();
    void dialog.ask(FQDN);
    form.answer('10.0.0.1');
    dialog.error('no FQDN');
    void dialog.ask(FQDN);
    assert.equal(form.current().first, '10.0.0.1');
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
    assert.equal(form.current().first, '');
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

describe('a run that is begun anew, to change an answer', () => {
  const GATEWAY: Question = { ...FQDN, key: 'OVEHOSTED_NETWORK/gateway', prompt: 'The gateway:' };
  const BOOT: Question = { ...FQDN, key: 'OVEHOSTED_VM/vmBoot', prompt: 'Boot from:' };
  const CONFIRMATION: Question = { ...PASSWORD, prompt: 'Again:' };

  async function converse(
    form: ReturnType<typeof createFormDialog>,
    answers: readonly (readonly [Question, string])[],
  ): Promise<void> {
    const dialog = form.dialogFor(new FakeLog());
    for (const [question, text] of answers) {
      const answer = dialog.ask(question);
      form.answer(text);
      assert.equal(await answer, text);
    }
    void dialog.ask(BOOT);
  }

  test('is given all answers but the last, which stands in its field', async () => {
    const { form } = start();
    await converse(form, [
      [PASSWORD, 's3cret'],
      [CONFIRMATION, 's3cret'],
      [FQDN, 'a.lab.test'],
      [GATEWAY, '10.0.0.1'],
    ]);
    const again = createFormDialog(form.beginningBefore());
    const log = new FakeLog();
    const dialog = again.dialogFor(log);
    assert.equal(await dialog.ask(PASSWORD), 's3cret');
    assert.equal(await dialog.ask(CONFIRMATION), 's3cret');
    assert.equal(await dialog.ask(FQDN), 'a.lab.test');
    assert.match(shown(again).join(), /FQDN of the engine \.+ a\.lab\.test/);
    assert.doesNotMatch(`${JSON.stringify(again.current())} ${log.lines.join()}`, /s3cret/);
    void dialog.ask(GATEWAY);
    assert.equal(again.current().first, '10.0.0.1');
    again.answer('10.0.0.2');
    void dialog.ask(BOOT);
    assert.deepEqual(
      again.beginningBefore()?.answers.map(({ text }) => text),
      ['s3cret', 's3cret', 'a.lab.test'],
    );
  });

  test('an answer that is refused by now is asked for, and so is all behind it', async () => {
    const { form } = start();
    await converse(form, [
      [FQDN, 'a.lab.test'],
      [GATEWAY, '10.0.0.1'],
    ]);
    const again = createFormDialog(form.beginningBefore());
    const dialog = again.dialogFor(new FakeLog());
    assert.equal(await dialog.ask(FQDN), 'a.lab.test');
    dialog.error('it does not resolve');
    void dialog.ask(FQDN);
    assert.equal(again.current().first, 'a.lab.test');
    again.answer('b.lab.test');
    void dialog.ask(GATEWAY);
    assert.deepEqual(again.current().question, GATEWAY);
  });

  test('passes over what is not asked any more', async () => {
    const { form } = start();
    await converse(form, [
      [FQDN, 'a.lab.test'],
      [GATEWAY, '10.0.0.1'],
      [PASSWORD, 'x'],
    ]);
    const again = createFormDialog(form.beginningBefore());
    assert.equal(await again.dialogFor(new FakeLog()).ask(GATEWAY), '10.0.0.1');
  });

  test('is offered from the second question on, and not once this host is changed', async () => {
    const { form, dialog } = start();
    void dialog.ask(FQDN);
    assert.equal(form.beginningBefore(), undefined);
    form.answer('a.lab.test');
    assert.equal(form.beginningBefore(), undefined, 'nothing is asked');
    void dialog.ask(GATEWAY);
    assert.equal(form.beginningBefore()?.proposed?.text, 'a.lab.test');
    form.answer('10.0.0.1');
    dialog.info('Stage: Transaction setup');
    void dialog.ask(PASSWORD);
    assert.equal(form.beginningBefore(), undefined);
  });
});

test('progress is a bar with a known end, and a count without', () => {
  assert.equal(progressLine({ what: 'Copy', done: 1, total: 4 }, 25), 'Copy [###.........]  25 %');
  assert.equal(progressLine({ what: 'Polls', done: 3, total: undefined }, 24), 'Polls: 3');
});
