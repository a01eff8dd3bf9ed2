import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deploy } from '../src/deploy.js';
import { PATHS } from '../src/paths.js';
import {
  ADDITIONAL_ANSWERS,
  deployFirst,
  FIRST_ANSWERS,
  putAnswers,
  runDeploy,
  type Told,
} from './fake/deployment.js';
import { FakeDialog, FakeHost, type Typed } from './fake/world.js';

const FETCH = 'OVEHOSTED_FIRST_HOST/fetchAnswer';
const HOST = 'OVEHOSTED_FIRST_HOST/fqdn';
const PASSWORD = 'OVEHOSTED_FIRST_HOST/rootPassword';
const TRUST = 'OVEHOSTED_FIRST_HOST/trustHostKey';
const FIRST = 'host1.lab.test';

/** A second host beside a first one that is deployed, and which SSH reaches. */
async function secondHost(): Promise<FakeHost> {
  const first = new FakeHost();
  putAnswers(first, FIRST_ANSWERS);
  await deployFirst(first);
  const second = new FakeHost(2, first.storage, first.engine);
  second.remotes.files.set(FIRST, { [PATHS.answers]: first.files.text(PATHS.answers) ?? '' });
  return second;
}

/** As a person runs it: with no file, and the answers to all that is asked. */
async function interactively(host: FakeHost, typed: Typed): Promise<Told> {
  const dialog = new FakeDialog({
    'OVEHOSTED_STORAGE/storageDomainConnection': 'nas.lab.test:/exports/he',
    'OVEHOSTED_ENGINE/adminPassword': ['secret1', 'secret1'],
    'OVEHOSTED_CORE/confirmSettings': 'yes',
    ...typed,
  });
  const outcome = await deploy(
    host.world(),
    dialog,
    { configFiles: [], version: '0.1.0', isUnprotectedSession: false },
    new AbortController().signal,
  );
  return { outcome, lines: dialog.lines, asked: dialog.asked };
}

function code({ outcome }: Told): string {
  return outcome.kind === 'failed' ? outcome.error.code : 'done';
}

function message({ outcome }: Told): string {
  return outcome.kind === 'failed' ? outcome.error.message : '';
}

describe('the answer file of the first host', () => {
  test('is fetched as the specification shows it', async () => {
    const host = await secondHost();
    const told = await interactively(host, { [HOST]: FIRST, [PASSWORD]: 'toor' });
    assert.equal(code(told), 'done', told.lines.join('\n'));
    const lines = told.lines.map((line) => line.trim());
    const at = lines.indexOf(
      '[WARNING] A configuration file must be supplied to deploy Hosted Engine on an additional host.',
    );
    assert.deepEqual(lines.slice(at - 1, at + 8), [
      '--== SYSTEM CONFIGURATION ==--',
      '[WARNING] A configuration file must be supplied to deploy Hosted Engine on an additional host.',
      'The answer file may be fetched from the first host using scp.',
      'If you do not want to download it automatically you can abort the setup answering no to the following question.',
      'Do you want to scp the answer file from the first host? (Yes, No)[Yes]:',
      `Please provide the FQDN or IP of the first host: ${FIRST}`,
      `Enter 'root' user password for host ${FIRST}:`,
      '[ INFO  ] Answer file successfully downloaded',
      '--== NETWORK CONFIGURATION ==--',
    ]);
    assert.ok(host.log.secrets.has('toor'));
  });

  test('No ends the run, and says how to go on without', async () => {
    const told = await interactively(await secondHost(), { [FETCH]: 'no' });
    assert.equal(code(told), 'HE_ABORTED');
    assert.deepEqual(told.asked.includes(HOST), false);
  });

  test("root's own key is tried first: nobody is asked for a password", async () => {
    const host = await secondHost();
    host.remotes.acceptsKey = true;
    const told = await interactively(host, { [HOST]: FIRST });
    assert.equal(code(told), 'done', told.lines.join('\n'));
    assert.ok(!told.asked.includes(PASSWORD));
  });

  test('a host that does not answer is asked for three times', async () => {
    const told = await interactively(await secondHost(), {
      [HOST]: ['a.test', 'b.test', 'c.test', FIRST],
    });
    assert.equal(code(told), 'HE_FAILED');
    assert.match(message(told), /host c\.test cannot be reached by SSH \(tried 3 times\)/);
  });

  test('a wrong password is asked for three times', async () => {
    const host = await secondHost();
    const typed = { [HOST]: FIRST, [PASSWORD]: ['one', 'two', 'three', 'toor'] };
    const told = await interactively(host, typed);
    assert.equal(code(told), 'HE_FIRST_HOST_REFUSED');
    assert.equal(told.asked.filter((key) => key === PASSWORD).length, 3);
    assert.equal(host.remotes.logins.length, 4, 'and root`s key once');
  });

  test('a key that nobody knows is shown, and trusted only by a person', async () => {
    const host = await secondHost();
    host.remotes.trust = 'unknown';
    const wary = await interactively(host, { [HOST]: FIRST, [TRUST]: '' });
    assert.equal(code(wary), 'HE_FIRST_HOST_REFUSED');
    assert.deepEqual(host.remotes.logins, [], 'nothing was sent there');
    const told = await interactively(host, { [HOST]: FIRST, [TRUST]: 'yes', [PASSWORD]: 'toor' });
    assert.equal(code(told), 'done', told.lines.join('\n'));
    assert.ok(
      told.lines.some((line) => line.includes(`ED25519 key of host ${FIRST} is SHA256:kkk`)),
    );
  });

  test('a key that has changed is refused', async () => {
    const host = await secondHost();
    host.remotes.trust = 'changed';
    const told = await interactively(host, { [HOST]: FIRST });
    assert.equal(code(told), 'HE_FIRST_HOST_REFUSED');
    assert.match(message(told), /not the one that root's known_hosts has/);
  });

  test('unattended: with host, password and fingerprint given, nobody is asked', async () => {
    const host = await secondHost();
    host.remotes.trust = 'unknown';
    const given = {
      [HOST]: `str:${FIRST}`,
      [PASSWORD]: 'str:toor',
      'OVEHOSTED_FIRST_HOST/hostKeyFingerprint': `str:${host.remotes.fingerprint}`,
    };
    putAnswers(host, ADDITIONAL_ANSWERS, given);
    const told = await runDeploy(host);
    assert.equal(code(told), 'done', told.lines.join('\n'));
    assert.ok(!(host.files.text(PATHS.answers) ?? '').includes('toor'));
  });

  test('another fingerprint than the given one is refused', async () => {
    const host = await secondHost();
    putAnswers(host, ADDITIONAL_ANSWERS, {
      [HOST]: `str:${FIRST}`,
      'OVEHOSTED_FIRST_HOST/hostKeyFingerprint': `str:SHA256:${'x'.repeat(43)}`,
    });
    assert.equal(code(await runDeploy(host)), 'HE_FIRST_HOST_REFUSED');
  });

  test('of another deployment, or of other storage, is refused', async () => {
    for (const [key, other] of [
      ['OVEHOSTED_STORAGE/storageDomainConnection', 'str:nas.lab.test:/exports/other'],
      ['OVEHOSTED_STORAGE/sdUUID', 'str:00000000-0000-4000-8000-00000000dead'],
      ['OVEHOSTED_VM/vmUUID', 'str:00000000-0000-4000-8000-00000000dead'],
    ] as const) {
      const host = await secondHost();
      host.remotes.acceptsKey = true;
      host.remotes.files.set(FIRST, {
        [PATHS.answers]: `[environment:default]\n${key}=${other}\n`,
      });
      const told = await interactively(host, { [HOST]: FIRST });
      assert.equal(code(told), 'HE_ANSWER_INVALID', key);
      assert.match(message(told), /of host host1\.lab\.test: it is of another deployment/);
    }
  });

  test('is not missed where answers are given: the shared storage has what it takes', async () => {
    const host = await secondHost();
    putAnswers(host, ADDITIONAL_ANSWERS);
    const told = await runDeploy(host);
    assert.equal(code(told), 'done', told.lines.join('\n'));
    assert.deepEqual(host.remotes.logins, []);
  });
});
