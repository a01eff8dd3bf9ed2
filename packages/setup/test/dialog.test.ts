import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PATHS } from '../src/paths.js';
import {
  ADDITIONAL_ANSWERS,
  deployFirst,
  FIRST_ANSWERS,
  putAnswers,
  runDeploy,
  SETTLED,
} from './fake/deployment.js';
import { FakeHost } from './fake/world.js';

/** Everything that a terminal would ask, answered, but for these keys. */
function answered(host: FakeHost, ...left: string[]): void {
  const open = Object.fromEntries(left.map((key) => [key, undefined]));
  putAnswers(host, FIRST_ANSWERS, SETTLED, open);
}

/** What was printed for one question after another, from the first line that holds `start`. */
function from(lines: readonly string[], start: string, count: number): string[] {
  const at = lines.findIndex((line) => line.includes(start));
  return lines.slice(at, at + count).map((line) => line.trimStart());
}

describe('with a person at a terminal', () => {
  test('only what is missing is asked, and a wrong answer is asked for again', async () => {
    const host = new FakeHost();
    answered(host, 'OVEHOSTED_NETWORK/fqdn', 'OVEHOSTED_CORE/confirmSettings');
    const { outcome, lines, asked } = await runDeploy(host, {
      typed: {
        'OVEHOSTED_NETWORK/fqdn': ['', '10.0.0.1', 'other.lab.test', 'engine.lab.test'],
        'OVEHOSTED_CORE/confirmSettings': 'yes',
      },
    });
    assert.deepEqual(asked, [
      ...Array<string>(4).fill('OVEHOSTED_NETWORK/fqdn'),
      'OVEHOSTED_CORE/confirmSettings',
    ]);
    assert.deepEqual(
      lines.filter((line) => line.startsWith('[ ERROR ]')),
      [
        '[ ERROR ] Please specify value',
        "[ ERROR ] '10.0.0.1' is an address; certificates need a name",
        '[ ERROR ] Host name is not valid: other.lab.test does not resolve',
      ],
    );
    assert.deepEqual(outcome, { kind: 'done' });
  });

  test('a wrong answer that was given before is an error, and nobody is asked', async () => {
    const host = new FakeHost();
    answered(host);
    putAnswers(host, FIRST_ANSWERS, SETTLED, { 'OVEHOSTED_NETWORK/gateway': 'str:10.88.1.2' });
    const { outcome, asked } = await runDeploy(host, { typed: [] });
    assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_ANSWER_INVALID');
    assert.deepEqual(asked, []);
  });

  test('a gateway that does not answer is asked for again', async () => {
    const host = new FakeHost();
    answered(host, 'OVEHOSTED_NETWORK/gateway');
    const { outcome, lines } = await runDeploy(host, { typed: ['10.88.1.2', '10.88.1.1'] });
    assert.deepEqual(outcome, { kind: 'done' });
    assert.ok(lines.includes('[ ERROR ] 10.88.1.2 does not answer a ping'));
    assert.match(
      host.files.text(PATHS.answers) ?? '',
      /^OVEHOSTED_NETWORK\/gateway=str:10.88.1.1$/m,
    );
  });

  test('a password is typed twice, until both are equal, and is not shown', async () => {
    const host = new FakeHost();
    answered(host, 'OVEHOSTED_ENGINE/adminPassword');
    const { outcome, lines } = await runDeploy(host, {
      typed: ['secret1', 'secret2', 'secret1', 'secret1'],
    });
    assert.deepEqual(outcome, { kind: 'done' });
    assert.ok(lines.includes('[ ERROR ] Passwords do not match'));
    assert.doesNotMatch(lines.join('\n'), /secret1|secret2/);
    assert.ok(host.log.secrets.has('secret2'), 'a mistyped password is as good as one');
  });

  test('end of input aborts, and leaves nothing behind', async () => {
    const host = new FakeHost();
    answered(host, 'OVEHOSTED_NETWORK/fqdn');
    const before = host.snapshot();
    const { outcome, lines } = await runDeploy(host, { typed: [] });
    assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_ABORTED');
    assert.ok(lines.includes('[WARNING] Aborted'));
    assert.deepEqual(host.snapshot(), before);
  });

  test('an answer below the minimum is to be confirmed, or given anew', async () => {
    const host = new FakeHost();
    answered(host, 'OVEHOSTED_VM/vmMemSizeMB');
    const { outcome, lines, asked } = await runDeploy(host, {
      typed: {
        'OVEHOSTED_VM/vmMemSizeMB': ['1024', '2048', 'many', '4096'],
        'OVEHOSTED_CORE/memoryProceed': ['', 'no'],
      },
    });
    assert.deepEqual(outcome, { kind: 'done' });
    assert.deepEqual(
      asked.map((key) => key.split('/')[1]),
      [
        'vmMemSizeMB',
        'memoryProceed',
        'vmMemSizeMB',
        'memoryProceed',
        'vmMemSizeMB',
        'vmMemSizeMB',
      ],
    );
    assert.deepEqual(from(lines, 'memory size of the VM', 3), [
      'Please specify the memory size of the VM in MB [Defaults to minimum requirement: 4096]: 1024',
      '[WARNING] Minimum requirements for memory size not met: 1024 MB of 4096 MB',
      'Continue with specified memory size? (Yes, No)[No]:',
    ]);
    assert.match(host.files.text(PATHS.answers) ?? '', /^OVEHOSTED_VM\/vmMemSizeMB=int:4096$/m);
  });

  test('more CPUs than there are, and a disk too large for the storage, are asked for again', async () => {
    const host = new FakeHost();
    answered(host, 'OVEHOSTED_VM/vmVCpus', 'OVEHOSTED_STORAGE/imgSizeGB');
    const { outcome, lines } = await runDeploy(host, {
      typed: {
        'OVEHOSTED_VM/vmVCpus': ['9', '1', '8'],
        'OVEHOSTED_CORE/cpuProceed': 'no',
        'OVEHOSTED_STORAGE/imgSizeGB': ['1', '400', '30'],
      },
    });
    assert.deepEqual(outcome, { kind: 'done' });
    assert.deepEqual(
      lines.filter((line) => line.startsWith('[ ERROR ]')),
      [
        '[ ERROR ] 9 virtual CPUs, but this host has 8',
        '[ ERROR ] 1 GB are too small for the disk image, which needs 2 GB',
        '[ ERROR ] the storage is too small: 100.0 GiB are free, 401.0 GiB are needed',
      ],
    );
  });

  test('a CPU type is one of the list, in any spelling', async () => {
    const host = new FakeHost();
    answered(host, 'OVEHOSTED_VDSM/cpu');
    const { outcome, lines } = await runDeploy(host, {
      typed: ['model_Opteron_G5', 'MODEL_conroe'],
    });
    assert.deepEqual(outcome, { kind: 'done' });
    assert.ok(lines.some((line) => /^\[ ERROR \] .*model_Penryn, model_Conroe$/.test(line)));
    assert.match(host.files.text(PATHS.answers) ?? '', /^OVEHOSTED_VDSM\/cpu=str:model_Conroe$/m);
  });

  test('over SSH without a multiplexer a second consent is needed, and its default is No', async () => {
    const host = new FakeHost();
    answered(host, 'OVEHOSTED_CORE/deployProceed');
    const { outcome, asked } = await runDeploy(host, {
      typed: {},
      deploy: { isUnprotectedSession: true },
    });
    assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_ABORTED');
    assert.deepEqual(asked, ['OVEHOSTED_CORE/deployProceed', 'OVEHOSTED_CORE/screenProceed']);
  });

  test('settings that nobody confirms are not installed', async () => {
    const host = new FakeHost();
    answered(host, 'OVEHOSTED_CORE/confirmSettings');
    const before = host.snapshot();
    const { outcome } = await runDeploy(host, { typed: {} });
    assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_ABORTED');
    assert.deepEqual(host.snapshot(), before);
  });
});

describe('the storage path of a person', () => {
  test('is asked for until it can be used', async () => {
    const host = new FakeHost();
    const key = 'OVEHOSTED_STORAGE/storageDomainConnection';
    answered(host, key);
    host.storage.refusals = ['user vdsm (36), group kvm (36) may not write it'];
    const { outcome, lines } = await runDeploy(host, {
      typed: ['/no/server', 'nas:/', 'nas:/he', 'nas:/he//x/'],
    });
    assert.deepEqual(outcome, { kind: 'done' });
    assert.deepEqual(
      lines.filter((line) => line.startsWith('[ ERROR ]')),
      [
        "[ ERROR ] '/no/server' is not of the form host:/path",
        "[ ERROR ] 'nas:/' needs a directory below the root of the server",
        '[ ERROR ] Cannot access storage connection nas:/he: user vdsm (36), group kvm (36) may not write it',
      ],
    );
    assert.ok(lines.includes('[WARNING] Storage connection is used as nas:/he/x'));
    assert.equal(host.storage.openViews, 0);
  });

  test('of an existing cluster leads to it, or to another path', async () => {
    const first = new FakeHost(1);
    await deployFirst(first);
    const host = new FakeHost(2, first.storage, first.engine);
    putAnswers(host, ADDITIONAL_ANSWERS, SETTLED, {
      'OVEHOSTED_STORAGE/storageDomainConnection': undefined,
      'OVEHOSTED_VDSM/cpu': undefined,
      'OVEHOSTED_ENGINE/appHostName': undefined,
    });
    const { outcome, lines, asked } = await runDeploy(host, {
      typed: {
        'OVEHOSTED_STORAGE/storageDomainConnection': 'nas.lab.test:/exports/he',
        'OVEHOSTED_CORE/isAdditionalHost': ['no', ''],
      },
    });
    assert.deepEqual(outcome, { kind: 'done' }, lines.join('\n'));
    assert.deepEqual(
      asked.map((key) => key.split('/')[1]),
      [
        'storageDomainConnection',
        'isAdditionalHost',
        'storageDomainConnection',
        'isAdditionalHost',
        'hostID',
        'appHostName',
      ],
    );
  });
});

describe('an additional host', () => {
  async function additional(): Promise<FakeHost> {
    const first = new FakeHost(1);
    await deployFirst(first);
    const host = new FakeHost(2, first.storage, first.engine);
    putAnswers(host, ADDITIONAL_ANSWERS, {
      'OVEHOSTED_CORE/deployProceed': 'bool:True',
      'OVEHOSTED_CORE/isAdditionalHost': 'bool:True',
      'OVEHOSTED_ENGINE/appHostName': 'str:hosted_engine_2',
    });
    return host;
  }

  test('is offered the lowest free host id, and asked again for one that is taken', async () => {
    const host = await additional();
    host.storage.join(2, 'uuid-of-another');
    const { outcome, lines } = await runDeploy(host, { typed: ['1', '2', '0', ''] });
    assert.deepEqual(outcome, { kind: 'done' });
    const asked = lines.filter((line) => line.includes('Host ID ['));
    assert.equal(asked[0]?.trim(), 'Please specify the Host ID [Must be integer, default: 3]: 1');
    assert.deepEqual(
      lines.filter((line) => line.startsWith('[ ERROR ]')),
      [
        '[ ERROR ] host id 1 is in use by the first host',
        '[ ERROR ] host id 2 is in use by a host that holds its lease (uuid-of-another)',
        "[ ERROR ] '0' is not between 1 and 2000",
      ],
    );
    assert.match(host.files.text(PATHS.hostedEngineConf) ?? '', /^host_id=3$/m);
  });

  test('is asked again for a password that the engine does not know', async () => {
    const host = await additional();
    putAnswers(host, ADDITIONAL_ANSWERS, SETTLED, {
      'OVEHOSTED_VDSM/cpu': undefined,
      'OVEHOSTED_CORE/isAdditionalHost': 'bool:True',
      'OVEHOSTED_ENGINE/appHostName': 'str:hosted_engine_2',
      'OVEHOSTED_ENGINE/adminPassword': undefined,
      'OVEHOSTED_STORAGE/hostID': 'int:2',
    });
    const { outcome, lines } = await runDeploy(host, {
      typed: ['wrong', 'wrong', 'secret1', 'secret1'],
    });
    assert.deepEqual(outcome, { kind: 'done' }, lines.join('\n'));
    assert.ok(lines.includes("[ ERROR ] the password of 'admin@internal' is wrong"));
  });

  test('is offered the host id of its former life', async () => {
    const host = await additional();
    host.files.put(PATHS.vdsmId, 'uuid-of-host-2\n');
    host.storage.join(2, 'uuid-of-host-2');
    const { outcome, asked } = await runDeploy(host, { typed: {} });
    assert.deepEqual(outcome, { kind: 'done' });
    assert.deepEqual(asked, [
      'OVEHOSTED_CORE/additionalHostReDeployment',
      'OVEHOSTED_STORAGE/hostID',
    ]);
    assert.match(host.files.text(PATHS.hostedEngineConf) ?? '', /^host_id=2$/m);
  });
});
