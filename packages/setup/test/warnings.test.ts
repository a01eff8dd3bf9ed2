import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ERROR_CATALOGUE } from '@hosted-engine/ports';
import { exitCodeOf } from '../src/deploy.js';
import { PATHS } from '../src/paths.js';
import {
  ADDITIONAL_ANSWERS,
  ANSWER_FILE,
  deployFirst,
  FIRST_ANSWERS,
  putAnswers,
  runDeploy,
} from './fake/deployment.js';
import { FakeHost } from './fake/world.js';

describe('what is only remarkable is a warning', () => {
  const warned = async (
    answers: Readonly<Record<string, string>>,
    prepare: (host: FakeHost) => void = () => undefined,
  ): Promise<string> => {
    const host = new FakeHost();
    putAnswers(host, FIRST_ANSWERS, answers);
    prepare(host);
    const { outcome, lines } = await runDeploy(host);
    assert.equal(outcome.kind, 'done', lines.join('\n'));
    return lines.filter((line) => line.startsWith('[WARNING]')).join('\n');
  };

  test('sizes below the recommended minimum', async () => {
    const small = { 'OVEHOSTED_VM/vmMemSizeMB': 'int:1024', 'OVEHOSTED_VM/vmVCpus': 'str:1' };
    assert.equal(
      await warned(small),
      '[WARNING] Minimum requirements for virtual CPUs not met: 1 of 2\n' +
        '[WARNING] Minimum requirements for memory size not met: 1024 MB of 4096 MB',
    );
    assert.equal(
      await warned({ ...small, 'OVEHOSTED_CORE/checkRequirements': 'bool:no' }).then((text) =>
        text.includes('Minimum'),
      ),
      false,
    );
  });

  test('a name that only this host knows', async () => {
    assert.match(
      await warned({}, (host) => {
        host.dnsNames = [];
      }),
      /Failed to resolve engine.lab.test using DNS, it can be resolved only locally/,
    );
  });

  test('a password file that others can read', async () => {
    assert.match(
      await warned({}, (host) =>
        host.files.put(ANSWER_FILE, host.files.text(ANSWER_FILE) ?? '', 0o644),
      ),
      /answers.conf holds a password and can be read by others/,
    );
  });

  test('memory that is in use now', async () => {
    assert.match(
      await warned({}, (host) => {
        host.memoryFreeMiB = 1000;
      }),
      /only 1000 MB are available now/,
    );
  });
});

describe('a former host', () => {
  test('takes its id again when the answers say so', async () => {
    const first = new FakeHost(1);
    await deployFirst(first);
    const host = new FakeHost(2, first.storage, first.engine);
    host.files.put(PATHS.vdsmId, 'uuid-of-host-2\n');
    first.storage.join(2, 'uuid-of-host-2');
    putAnswers(host, ADDITIONAL_ANSWERS, { 'OVEHOSTED_STORAGE/hostID': 'int:2' });
    assert.equal(
      exitCodeOf((await runDeploy(host)).outcome),
      ERROR_CATALOGUE.HE_HOST_ID_TAKEN.exitCode,
    );
    putAnswers(host, ADDITIONAL_ANSWERS, {
      'OVEHOSTED_CORE/additionalHostReDeployment': 'bool:True',
    });
    const { outcome } = await runDeploy(host);
    assert.equal(outcome.kind, 'done');
    assert.match(host.files.text(PATHS.hostedEngineConf) ?? '', /^host_id=2$/m);
  });

  test('a released id is free', async () => {
    const first = new FakeHost(1);
    await deployFirst(first);
    first.storage.join(2, 'gone', true);
    const host = new FakeHost(2, first.storage, first.engine);
    putAnswers(host, ADDITIONAL_ANSWERS);
    assert.equal((await runDeploy(host)).outcome.kind, 'done');
    assert.match(host.files.text(PATHS.hostedEngineConf) ?? '', /^host_id=2$/m);
  });
});

describe('names and addresses in both directions', () => {
  test('an address of the engine that leads back to another name is warned of', async () => {
    const host = new FakeHost();
    host.reverseNames['10.88.1.100'] = ['printer.lab.test'];
    putAnswers(host, FIRST_ANSWERS);
    const { outcome, lines } = await runDeploy(host);
    assert.equal(outcome.kind, 'done');
    assert.ok(
      lines.includes(
        '[WARNING] engine.lab.test is 10.88.1.100, but the name of 10.88.1.100 is printer.lab.test',
      ),
      lines.join('\n'),
    );
  });

  test('and refused where that is asked for', async () => {
    const host = new FakeHost();
    host.reverseNames['10.88.1.100'] = ['printer.lab.test'];
    putAnswers(host, FIRST_ANSWERS, {
      'OVEHOSTED_NETWORK/fqdnReverseValidation': 'bool:True',
    });
    const { outcome } = await runDeploy(host);
    assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_ANSWER_INVALID');
  });

  test('of the host itself too; a short name, as /etc/hosts has it, is as good', async () => {
    const host = new FakeHost();
    putAnswers(host, FIRST_ANSWERS);
    host.reverseNames[host.address] = ['old-name.lab.test'];
    const { lines } = await runDeploy(host);
    assert.ok(
      lines.some((line) => line.includes(`the name of ${host.address} is old-name.lab.test`)),
    );
    const other = new FakeHost();
    putAnswers(other, FIRST_ANSWERS);
    other.reverseNames[other.address] = ['HOST1'];
    assert.ok(!(await runDeploy(other)).lines.some((line) => line.includes('[WARNING]')));
  });

  test('an engine that resolves to a loopback address is refused', async () => {
    const host = new FakeHost();
    host.names['engine.lab.test'] = ['127.0.1.1'];
    putAnswers(host, FIRST_ANSWERS);
    const { outcome } = await runDeploy(host);
    assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_ANSWER_INVALID');
    assert.match(outcome.kind === 'failed' ? outcome.error.message : '', /127\.0\.1\.1/);
  });
});
