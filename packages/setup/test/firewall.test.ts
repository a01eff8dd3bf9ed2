import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HeError } from '@hosted-engine/ports';
import { DEPLOY_STEPS } from '../src/deploy.js';
import { PATHS, UNITS } from '../src/paths.js';
import {
  ADDITIONAL_ANSWERS,
  after,
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

describe('the firewall of an additional host', () => {
  async function secondHost(
    manager: 'nftables' | 'firewalld',
    cluster: Readonly<Record<string, string>> = {},
  ): Promise<FakeHost> {
    const first = host(cluster);
    await deployFirst(first, cluster);
    const second = new FakeHost(2, first.storage, first.engine);
    second.firewall.manager = manager;
    putAnswers(second, ADDITIONAL_ANSWERS);
    return second;
  }

  const isFiltered = (one: FakeHost): boolean => one.services.active.has(UNITS.firewall);

  test('is none when the first host has none', async () => {
    const second = await secondHost('nftables', { [KEY]: 'str:none' });
    assert.equal((await runDeploy(second)).outcome.kind, 'done');
    assert.ok(!isFiltered(second));
  });

  for (const source of ['file', 'environment', 'flag'] as const) {
    const run = async (second: FakeHost, manager: string) => {
      if (source === 'file') putAnswers(second, ADDITIONAL_ANSWERS, { [KEY]: `str:${manager}` });
      const given = source === 'file' ? [] : [{ key: KEY, text: manager, source, place: 'there' }];
      return runDeploy(second, { deploy: { given } });
    };

    test(`${source}: none counts for this host alone`, async () => {
      const second = await secondHost('nftables');
      const { outcome, lines } = await run(second, 'none');
      assert.equal(outcome.kind, 'done', lines.join('\n'));
      assert.ok(!isFiltered(second));
    });

    test(`${source}: a manager counts where the first host has none`, async () => {
      const second = await secondHost('nftables', { [KEY]: 'str:none' });
      const { outcome, lines } = await run(second, 'nftables');
      assert.equal(outcome.kind, 'done', lines.join('\n'));
      assert.ok(isFiltered(second));
    });

    test(`${source}: a manager that this host has not is refused`, async () => {
      const { outcome } = await run(await secondHost('nftables'), 'firewalld');
      assert.match(
        outcome.kind === 'failed' ? outcome.error.message : '',
        /'firewalld' is not in use on this host, but nftables/,
      );
    });
  }

  test('does not keep a deployment that was broken off from being resumed', async () => {
    const second = await secondHost('firewalld');
    second.files.put(PATHS.vdsmId, 'host-uuid-2\n');
    const failing = DEPLOY_STEPS.find(({ id }) => id === 'hosted-engine-conf');
    assert.ok(failing !== undefined);
    putAnswers(second, ADDITIONAL_ANSWERS, { 'OVEHOSTED_CORE/keepOnFailure': 'bool:True' });
    const broken = await runDeploy(second, {
      steps: after(failing, () => {
        throw new HeError('HE_FAILED', 'injected');
      }),
    });
    assert.equal(broken.outcome.kind === 'failed' && broken.outcome.error.message, 'injected');
    const { outcome, lines } = await runDeploy(second);
    assert.equal(outcome.kind, 'done', lines.join('\n'));
    assert.deepEqual([...second.firewall.open], ['hosted-engine']);
  });
});

describe('what an admin changed in the meantime', () => {
  test('of the rules stays, and is told of', async () => {
    const one = host();
    one.files.put(PATHS.firewallRules, '# older\n');
    const failing = DEPLOY_STEPS.find(({ id }) => id === 'firewall');
    assert.ok(failing !== undefined);
    const { lines } = await runDeploy(one, {
      steps: after(failing, () => {
        one.files.put(PATHS.firewallRules, '# mine\n');
        throw new HeError('HE_FAILED', 'injected');
      }),
    });
    assert.equal(one.files.text(PATHS.firewallRules), '# mine\n');
    assert.ok(
      lines.includes(
        `[WARNING] ${PATHS.firewallRules} was changed since the deployment wrote it and is left; as it was before: ${PATHS.firewallRules}.before-hosted-engine`,
      ),
      lines.join('\n'),
    );
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
