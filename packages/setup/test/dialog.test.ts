import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FIRST_ANSWERS, putAnswers, runDeploy } from './fake/deployment.js';
import { FakeHost } from './fake/world.js';

describe('with a person at a terminal', () => {
  test('only what is missing is asked, and a wrong answer is asked for again', async () => {
    const host = new FakeHost();
    putAnswers(host, FIRST_ANSWERS, {
      'OVEHOSTED_NETWORK/fqdn': undefined,
      'OVEHOSTED_CORE/confirmSettings': undefined,
    });
    const { outcome, lines, asked } = await runDeploy(host, {
      dialogAnswers: ['10.0.0.1', 'engine.lab.test', 'yes'],
    });
    assert.deepEqual(asked, [
      'OVEHOSTED_NETWORK/fqdn',
      'OVEHOSTED_NETWORK/fqdn',
      'OVEHOSTED_CORE/confirmSettings',
    ]);
    assert.ok(lines.some((line) => line.startsWith("[ ERROR ] '10.0.0.1' is an address")));
    assert.deepEqual(outcome, { kind: 'done' });
  });

  test('a password is typed twice, until both are equal', async () => {
    const host = new FakeHost();
    putAnswers(host, FIRST_ANSWERS, { 'OVEHOSTED_ENGINE/adminPassword': undefined });
    const { outcome, lines } = await runDeploy(host, {
      dialogAnswers: ['secret1', 'secret2', 'secret1', 'secret1'],
    });
    assert.deepEqual(outcome, { kind: 'done' });
    assert.ok(lines.includes('[ ERROR ] Passwords do not match'));
  });

  test('end of input aborts', async () => {
    const host = new FakeHost();
    putAnswers(host, FIRST_ANSWERS, { 'OVEHOSTED_NETWORK/fqdn': undefined });
    const { outcome, lines } = await runDeploy(host, { dialogAnswers: [] });
    assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_ABORTED');
    assert.ok(lines.includes('[WARNING] Aborted'));
  });
});
