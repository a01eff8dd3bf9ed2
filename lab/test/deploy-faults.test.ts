// A deployment that fails, is interrupted, or vanishes after a step, on a real host: real hostd, libvirt, sanlock,
// QEMU and storage. Either the host is as before and nothing is left on the storage, or the run resumes to its
// end. A few steps here; HE_FAULT_STEPS=fail|int|kill goes through every one of them with that fault.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DEPLOY_STEPS } from '@hosted-engine/setup';
import { answerFile, type ClusterPlan } from '../src/cluster/answers.js';
import { type Lab, type LabHost, labObstacle, makeLab } from '../src/index.js';
import { BrokenDeploy, type Fault, onStorage, smallPlan } from './broken-deploy.js';

const obstacle = labObstacle();
const BLANK = '/root/blank.raw';
/** All steps of a first host up to its point of no return, from the first that changes something. */
const ALL_STEPS = DEPLOY_STEPS.slice(0, DEPLOY_STEPS.findIndex(({ completes }) => completes) + 1)
  .filter(({ role }) => role !== 'additional')
  .filter(({ stage, undo }) => undo !== undefined || ['misc', 'commit', 'closeup'].includes(stage))
  .map(({ id }) => id);

const EVERY = process.env['HE_FAULT_STEPS'] as Fault | undefined;
const CHOSEN: readonly (readonly [string, Fault])[] =
  EVERY !== undefined
    ? // A CTRL-C behind the point of no return comes too late to undo anything, as it should.
      ALL_STEPS.filter((step) => EVERY !== 'int' || step !== 'ha-services').map(
        (step) => [step, EVERY] as const,
      )
    : [
        ['libvirt', 'int'],
        ['firewall', 'int'],
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
  let plan: ClusterPlan;
  let broken: BrokenDeploy;

  before(async () => {
    // Bare: set-up makes the bridge, and takes it back.
    lab = await makeLab({ name: 'faults', dir: join(folder, 'lab'), hosts: 1, bridges: false });
    host = lab.host(1);
    plan = await smallPlan(lab);
    broken = await BrokenDeploy.of(lab, host);
    await broken.tell(answerFile(plan, host.plan, true));
  });

  after(async () => {
    await lab?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  async function assertUntouched(said: string): Promise<void> {
    await broken.assertHostAsBefore(said);
    assert.deepEqual(onStorage(lab), [], said);
  }

  for (const [step, fault] of CHOSEN) {
    const how = { fail: 'a failure', int: 'CTRL-C', kill: 'a kill and a clean-up' }[fault];
    test(`${how} after '${step}' leaves the host and the storage as they were`, async () => {
      const { code, stdout } = await broken.breakAfter(step, fault);
      assert.notEqual(code, 0, stdout);
      let said = stdout;
      if (fault === 'kill') {
        const cleaned = await broken.command('ovirt-hosted-engine-cleanup', '-q');
        said += cleaned.stdout + cleaned.stderr;
        assert.equal(cleaned.code, 0, said);
      } else {
        assert.match(said, /hosted-engine --deploy --config-append=/);
      }
      assert.doesNotMatch(said, /Cannot undo/);
      await assertUntouched(said);
    });
  }

  test('an engine that never comes up: said, and taken back', async () => {
    // A disk that nothing boots from: the VM runs, and nobody ever answers.
    await host.execOrThrow(['truncate', '--size=64M', BLANK]);
    const blank = answerFile({ ...plan, image: BLANK }, host.plan, true);
    await broken.tell(`${blank}OVEHOSTED_ENGINE/engineSetupTimeout=int:5\n`);
    const { code, stdout } = await broken.deploy();
    assert.equal(code, 60, stdout);
    assert.match(stdout, /the engine at engine\.lab\.test is not healthy after 5 s: connect E/);
    assert.match(stdout, /OVEHOSTED_CORE\/keepOnFailure=bool:True/);
    assert.match(stdout, /To try it again:\n +hosted-engine --deploy --config-append=/);
    await assertUntouched(stdout);
    await broken.tell(answerFile(plan, host.plan, true));
  });

  test('one that is killed goes on to its end when it is run again, and can be taken back wholly', async () => {
    await broken.breakAfter('console', 'kill');
    const [domain] = onStorage(lab);
    const qemu = (await host.qemu())?.pid;
    const resumed = await broken.deploy();
    assert.equal(resumed.code, 0, resumed.stdout);
    assert.match(resumed.stdout, /was broken off in its step 'console'/);
    assert.deepEqual(onStorage(lab), [domain], 'no second domain');
    assert.notEqual(qemu, undefined);
    const again = await broken.deploy();
    assert.equal(again.code, 10, 'a deployed host is left alone');
    const cleaned = await broken.command('ovirt-hosted-engine-cleanup', '-q', '--storage');
    assert.equal(cleaned.code, 0, cleaned.stdout + cleaned.stderr);
    await assertUntouched(cleaned.stdout);
  });
});
