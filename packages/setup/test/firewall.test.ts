import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HeError } from '@hosted-engine/ports';
import { PATHS, UNITS } from '../src/paths.js';
import {
  ADDITIONAL_ANSWERS,
  deployFirst,
  FIRST_ANSWERS,
  putAnswers,
  runDeploy,
  SETTLED,
} from './fake/deployment.js';
import { FakeHost } from './fake/world.js';

const KEY = 'OVEHOSTED_NETWORK/firewallManager';

function host(answers: Readonly<Record<string, string>> = {}): FakeHost {
  const made = new FakeHost();
  putAnswers(made, FIRST_ANSWERS, answers);
  return made;
}

describe('the firewall of a host', () => {
  test('nftables: a table of our own, loaded by a unit of our own', async () => {
    const one = host();
    one.firewall.ssh = [2222];
    const { outcome, lines } = await runDeploy(one);
    assert.equal(outcome.kind, 'done', lines.join('\n'));
    const rules = one.files.text(PATHS.firewallRules) ?? '';
    for (const port of ['2222', '54321', '16514', '49152-49215', '5900-6923']) {
      assert.match(rules, new RegExp(`tcp dport ${port} accept`));
    }
    assert.match(rules, /reject with/);
    assert.ok(one.services.active.has(UNITS.firewall) && one.services.enabled.has(UNITS.firewall));
    assert.ok(lines.some((line) => /SSH daemon port +: 2222/.test(line)));
    assert.ok(lines.some((line) => /Firewall manager +: nftables/.test(line)));
  });

  test('examples for every manager are there, whatever is chosen', async () => {
    const one = host({ [KEY]: 'str:none' });
    const { lines } = await runDeploy(one);
    assert.match(one.files.text(PATHS.nftablesExample) ?? '', /dport 54321/);
    assert.match(one.files.text(PATHS.iptablesExample) ?? '', /--dport 49152:49215/);
    assert.match(one.files.text(PATHS.firewalldExample) ?? '', /port="5900-6923"/);
    assert.equal(one.files.text(PATHS.firewallRules), undefined);
    assert.ok(!one.services.active.has(UNITS.firewall));
    assert.ok(
      lines.some((line) => line.includes('54321: host daemon')),
      'the ports are listed',
    );
  });

  test('where others refuse already, ours only lets in, and the ports are named', async () => {
    const one = host();
    one.firewall.others = ['ip filter'];
    const { lines } = await runDeploy(one);
    assert.doesNotMatch(one.files.text(PATHS.firewallRules) ?? '', /reject with/);
    assert.ok(
      lines.some((line) => /^\[WARNING\].*\(ip filter\); open .*22, 54321/.test(line)),
      lines.join('\n'),
    );
  });

  test('firewalld: a service that is let in', async () => {
    const one = host();
    one.firewall.manager = 'firewalld';
    const { outcome } = await runDeploy(one);
    assert.equal(outcome.kind, 'done');
    assert.match(one.files.text(PATHS.firewalldService) ?? '', /port="54321"/);
    assert.deepEqual([...one.firewall.open], ['hosted-engine']);
    assert.ok(!one.services.active.has(UNITS.firewall));
  });

  for (const manager of ['nftables', 'firewalld'] as const) {
    test(`${manager}: as before after a failure`, async () => {
      const one = host();
      one.firewall.manager = manager;
      const before = one.snapshot();
      one.hostd.failures.set('StorageDomain.create', new HeError('HE_FAILED', 'injected'));
      const { outcome } = await runDeploy(one);
      assert.equal(outcome.kind, 'failed');
      assert.deepEqual(one.snapshot(), before);
    });
  }

  test('a manager that is not in use is refused', async () => {
    const { outcome } = await runDeploy(host({ [KEY]: 'str:firewalld' }));
    assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_ANSWER_INVALID');
    assert.match(
      outcome.kind === 'failed' ? outcome.error.message : '',
      /'firewalld' is not in use on this host, but nftables/,
    );
  });

  test('where there is none that could be configured, nobody is asked', async () => {
    const one = host();
    one.firewall.manager = undefined;
    const { outcome, lines } = await runDeploy(one);
    assert.equal(outcome.kind, 'done');
    assert.ok(lines.some((line) => /Firewall manager +: none/.test(line)));
  });

  test('an additional host with another manager uses its own; one that declined stays without', async () => {
    const first = host();
    await deployFirst(first);
    const second = new FakeHost(2, first.storage, first.engine);
    second.firewall.manager = 'firewalld';
    putAnswers(second, ADDITIONAL_ANSWERS);
    const { outcome, lines } = await runDeploy(second);
    assert.equal(outcome.kind, 'done', lines.join('\n'));
    assert.deepEqual([...second.firewall.open], ['hosted-engine']);
  });
});

describe('the question for the firewall', () => {
  const ask = (one: FakeHost, ...typed: string[]) => {
    putAnswers(one, FIRST_ANSWERS, SETTLED, { [KEY]: undefined });
    return runDeploy(one, { typed: { [KEY]: typed, 'OVEHOSTED_CORE/confirmSettings': 'yes' } });
  };

  test('names the manager; Yes is what an empty answer means', async () => {
    const { outcome, lines } = await ask(new FakeHost(), '');
    assert.equal(outcome.kind, 'done', lines.join('\n'));
    assert.ok(
      lines.some((line) =>
        line.includes(
          'nftables was detected on your computer, do you wish setup to configure it? (Yes, No)[Yes]:',
        ),
      ),
    );
    assert.ok(lines.some((line) => /Firewall manager +: nftables/.test(line)));
  });

  test('something else than Yes or No is asked for again; No leaves the firewall alone', async () => {
    const one = new FakeHost();
    const { outcome, lines } = await ask(one, 'maybe', 'no');
    assert.equal(outcome.kind, 'done', lines.join('\n'));
    assert.ok(lines.includes("[ ERROR ] 'maybe' is neither Yes nor No"));
    assert.equal(one.files.text(PATHS.firewallRules), undefined);
  });
});
