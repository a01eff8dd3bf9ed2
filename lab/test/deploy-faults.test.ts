// A deployment that fails, is interrupted, or vanishes after a step, on a real host: real hostd, libvirt, sanlock,
// QEMU and storage. Either the host is as before and nothing is left on the storage, or the run resumes to its
// end. A few steps here; HE_FAULT_STEPS=fail|int|kill goes through every one of them with that fault.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ProcessResult } from '@hosted-engine/ports';
import { answerFile, type ClusterPlan } from '../src/cluster/answers.js';
import {
  applianceImage,
  HOST_CHECKOUT,
  type Lab,
  type LabHost,
  labObstacle,
  makeLab,
} from '../src/index.js';
import { checkoutRoot, labPaths } from '../src/paths.js';
import { type HostState, hostState } from './host-state.js';

const obstacle = labObstacle();
const GIB = 1024 ** 3;
const ANSWERS = '/root/answers.conf';
const FIXTURE = `${HOST_CHECKOUT}/packages/cli/dist/test/fixtures/faulty-deploy.js`;
const TIMEOUT_MS = 240_000;

type Fault = 'fail' | 'int' | 'kill';

/** All steps of a first host up to its point of no return, from the first that changes something. */
const ALL_STEPS = [
  'answer-file',
  'libvirt',
  'certificates',
  'migration',
  'vdsm-conf',
  'vdsmd',
  'hardware',
  'bridge',
  'storage-server',
  'unfinished-domain',
  'storage-domain',
  'storage-pool',
  'pool-connection',
  'small-volumes',
  'lockspace',
  'metadata',
  'vm-image',
  'pool-release',
  'domain-monitor',
  'vm-conf',
  'hosted-engine-conf',
  'vm-install',
  'seed',
  'vm',
  'console',
  'engine-health',
  'engine-trust',
  'engine-key',
  'engine-host',
  'host-operational',
  'vm-shutdown',
  'agent-links',
  'shared-configuration',
  'ha-services',
] as const;

const EVERY = process.env['HE_FAULT_STEPS'] as Fault | undefined;
const CHOSEN: readonly (readonly [string, Fault])[] =
  EVERY !== undefined
    ? // A CTRL-C behind the point of no return comes too late to undo anything, as it should.
      ALL_STEPS.filter((step) => EVERY !== 'int' || step !== 'ha-services').map(
        (step) => [step, EVERY] as const,
      )
    : [
        ['libvirt', 'int'],
        ['vdsmd', 'kill'],
        ['pool-connection', 'fail'],
        ['vm-image', 'kill'],
        ['domain-monitor', 'int'],
        ['vm', 'kill'],
      ];

describe('a deployment that is broken off', { skip: obstacle ?? false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-faults-'));
  let lab: Lab;
  let host: LabHost;
  let untouched: HostState;

  before(async () => {
    lab = await makeLab({ name: 'faults', dir: join(folder, 'lab'), hosts: 1 });
    host = lab.host(1);
    const image = await applianceImage();
    const plan: ClusterPlan = {
      network: lab.network,
      storage: lab.makeStorage('he'),
      image: join(HOST_CHECKOUT, relative(checkoutRoot(), image)),
      diskGb: Math.ceil(statSync(image).size / GIB),
      memoryMb: 1024,
      vCpus: 1,
      ioTimeout: 1,
      adminPassword: randomBytes(12).toString('base64url'),
    };
    await host.execOrThrow(['sh', '-c', `umask 077; cat >${ANSWERS}`], {
      input: answerFile(plan, host.plan, true),
    });
    untouched = await hostState(lab, host);
  });

  after(async () => {
    await lab?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const breakAfter = (step: string, fault: Fault): Promise<ProcessResult> =>
    // The shell outlives a kill, and tells of it by its exit code.
    host.exec(['sh', '-c', 'node "$@"; exit $?', 'sh', FIXTURE, step, fault, ANSWERS], {
      timeoutMs: TIMEOUT_MS,
    });

  const command = (name: string, ...words: string[]): Promise<ProcessResult> =>
    host.exec([`${HOST_CHECKOUT}/bin/${name}`, ...words], { timeoutMs: TIMEOUT_MS });

  const onStorage = (): readonly string[] =>
    readdirSync(join(labPaths(lab.paths.dir).storage, 'he'));

  async function assertUntouched(said: string): Promise<void> {
    const now = await hostState(lab, host);
    for (const part of Object.keys(untouched) as (keyof HostState)[]) {
      assert.deepEqual(now[part], untouched[part], `${part} differ\n${said}`);
    }
    assert.deepEqual(onStorage(), [], said);
  }

  for (const [step, fault] of CHOSEN) {
    const how = { fail: 'a failure', int: 'CTRL-C', kill: 'a kill and a clean-up' }[fault];
    test(`${how} after '${step}' leaves the host and the storage as they were`, async () => {
      const broken = await breakAfter(step, fault);
      assert.notEqual(broken.code, 0, broken.stdout);
      let said = broken.stdout;
      if (fault === 'kill') {
        const cleaned = await command('ovirt-hosted-engine-cleanup', '-q');
        said += cleaned.stdout + cleaned.stderr;
        assert.equal(cleaned.code, 0, said);
      } else {
        assert.match(said, /hosted-engine --deploy --config-append=/);
      }
      assert.doesNotMatch(said, /Cannot undo/);
      await assertUntouched(said);
    });
  }

  test('one that is killed goes on to its end when it is run again, and can be taken back wholly', async () => {
    await breakAfter('console', 'kill');
    const [domain] = onStorage();
    const qemu = (await host.qemu())?.pid;
    const resumed = await command('hosted-engine', '--deploy', `--config-append=${ANSWERS}`);
    assert.equal(resumed.code, 0, resumed.stdout);
    assert.match(resumed.stdout, /was broken off in its step 'console'/);
    assert.deepEqual(onStorage(), [domain], 'no second domain');
    assert.notEqual(qemu, undefined);
    const again = await command('hosted-engine', '--deploy', `--config-append=${ANSWERS}`);
    assert.equal(again.code, 10, 'a deployed host is left alone');
    const cleaned = await command('ovirt-hosted-engine-cleanup', '-q', '--storage');
    assert.equal(cleaned.code, 0, cleaned.stdout + cleaned.stderr);
    await assertUntouched(cleaned.stdout);
  });
});
