// A run that ends without a chance to undo anything: killed, or with its host. The next one goes on from its
// journal, or cleans up by it.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DEPLOY_STEPS } from '../src/deploy.js';
import { PATHS } from '../src/paths.js';
import type { HostRole, Step } from '../src/run/step.js';
import {
  ADDITIONAL_ANSWERS,
  deployFirst,
  FIRST_ANSWERS,
  putAnswers,
  runDeploy,
  SETTLED,
} from './fake/deployment.js';
import { FakeHost } from './fake/world.js';

type Moment = 'before' | 'after';

/** Runs the deployment up to a step, and lets its process vanish before or after the step's work. */
async function killAt(host: FakeHost, target: Step, moment: Moment): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const vanish = (): Promise<void> => {
      resolve();
      return new Promise(() => undefined);
    };
    const steps = DEPLOY_STEPS.map((step): Step => {
      if (step !== target) return step;
      return {
        ...step,
        do: async (run) => {
          if (moment === 'after') await step.do(run);
          await vanish();
        },
      };
    });
    runDeploy(host, { steps }).then(({ lines }) => reject(new Error(lines.join('\n'))), reject);
  });
  host.isLocked = false;
  host.storage.openViews = 0;
}

const CHANGING = DEPLOY_STEPS.slice(DEPLOY_STEPS.findIndex(({ stage }) => stage === 'misc'));

function stepsOf(role: HostRole): Step[] {
  return CHANGING.filter((step) => step.role === undefined || step.role === role);
}

const RESUMED = { 'OVEHOSTED_CORE/interruptedRun': 'str:resume' };
const CLEANED = { 'OVEHOSTED_CORE/interruptedRun': 'str:clean' };
const COMPLETION = CHANGING.findIndex((step) => step.completes === true);

function isPastReturn(step: Step): boolean {
  return CHANGING.indexOf(step) > COMPLETION;
}

/** Deploys again; a host that had come past the point of no return is deployed. */
async function deployAgain(host: FakeHost, step: Step): Promise<readonly string[]> {
  const { outcome, lines } = await runDeploy(host);
  if (isPastReturn(step)) {
    assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_ALREADY_DEPLOYED');
  } else {
    assert.equal(outcome.kind, 'done', lines.join('\n'));
  }
  return lines;
}

function assertDeployed(host: FakeHost): void {
  assert.equal(host.hostd.vms.size, 0, 'HA starts the VM, nobody else');
  assert.deepEqual(host.hostd.pools, []);
  assert.equal(host.hostd.isSpm, false);
  assert.ok(host.hostd.monitored !== undefined);
  assert.ok(host.files.text(PATHS.hostedEngineConf) !== undefined);
  assert.equal(JSON.parse(host.files.text(PATHS.state) ?? '{}').phase, 'deployed');
  const volumes = host.storage.domain?.volumes.map(({ volumeUUID }) => volumeUUID) ?? [];
  assert.equal(volumes.length, 4);
  assert.equal(new Set(volumes).size, 4);
  assert.equal(host.isLocked, false);
}

for (const moment of ['before', 'after'] as const) {
  for (const cut of ['killed', 'power cut'] as const) {
    describe(`a first host ${cut} ${moment} the work of a step goes on to the end`, () => {
      for (const step of stepsOf('first')) {
        test(step.id, async () => {
          const host = new FakeHost();
          putAnswers(host, FIRST_ANSWERS, RESUMED);
          await killAt(host, step, moment);
          if (cut === 'power cut') host.powerCut();
          const domain = host.storage.domain;
          const lines = await deployAgain(host, step);
          if (isPastReturn(step)) return;
          assertDeployed(host);
          assert.ok(
            lines.some((line) => line.includes(`step '${step.id}'`)),
            lines.join('\n'),
          );
          const at = CHANGING.indexOf(step);
          const isSeeded = host.hostd.created.every((xml) => xml.includes('seed.iso'));
          const wasHealthy = at > CHANGING.findIndex(({ id }) => id === 'engine-health');
          assert.ok(
            isSeeded || wasHealthy,
            'only an engine that was healthy starts without a seed',
          );
          const isWholeDomain = at > CHANGING.findIndex(({ id }) => id === 'pool-release');
          const hasUsableDisk =
            cut === 'killed' ||
            at <= CHANGING.findIndex(({ id }) => id === 'vm') - (moment === 'after' ? 1 : 0) ||
            wasHealthy;
          if (isWholeDomain && hasUsableDisk && step.id !== 'vm') {
            assert.equal(host.storage.domain, domain, 'the domain is kept');
          }
        });
      }
    });
  }
}

describe('an additional host that is killed after the work of a step goes on to the end', () => {
  for (const step of stepsOf('additional')) {
    test(step.id, async () => {
      const first = new FakeHost(1);
      await deployFirst(first);
      const host = new FakeHost(2, first.storage, first.engine);
      host.files.put(PATHS.vdsmId, 'host-uuid-2\n');
      putAnswers(host, ADDITIONAL_ANSWERS, RESUMED);
      await killAt(host, step, 'after');
      await deployAgain(host, step);
      if (!isPastReturn(step)) assertDeployed(host);
      const names = first.engine.hosts.map(({ name }) => name);
      assert.deepEqual(names, ['hosted_engine_1', 'hosted_engine_2']);
    });
  }
});

describe('a first host that is killed is cleaned up when the deployment is run again', () => {
  for (const step of stepsOf('first').filter((one) => !isPastReturn(one))) {
    test(step.id, async () => {
      const host = new FakeHost();
      putAnswers(host, FIRST_ANSWERS, CLEANED, { 'OVEHOSTED_NETWORK/gateway': 'str:10.88.1.250' });
      const before = host.snapshot();
      putAnswers(host, FIRST_ANSWERS, CLEANED);
      await killAt(host, step, 'after');
      // The gateway is gone: the run after the clean-up fails, and so shows what the clean-up left.
      putAnswers(host, FIRST_ANSWERS, CLEANED, { 'OVEHOSTED_NETWORK/gateway': 'str:10.88.1.250' });
      const { outcome, lines } = await runDeploy(host);
      assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_ANSWER_INVALID');
      assert.ok(!lines.some((line) => line.includes('Cannot undo')), lines.join('\n'));
      assert.deepEqual(host.snapshot(), before);
    });
  }
});

describe('a run that fails', () => {
  test('leaves everything to be resumed where the answers ask for that', async () => {
    const host = new FakeHost();
    putAnswers(host, FIRST_ANSWERS, { 'OVEHOSTED_CORE/keepOnFailure': 'bool:True' });
    host.hostd.failures.set('VM.create', new Error('injected'));
    const { outcome, lines } = await runDeploy(host);
    assert.equal(outcome.kind, 'failed');
    const domain = host.storage.domain;
    assert.ok(domain !== undefined);
    assert.match(lines.join('\n'), /Kept: all that this run did, as the answers ask for/);
    assert.match(lines.slice(-2).join('\n'), /To resume it:\n +hosted-engine --deploy/);
    assert.equal((await runDeploy(host)).outcome.kind, 'done');
  });

  test('leaves a system that somebody installed by hand, unless the answers say no', async () => {
    for (const [given, isKept] of [
      [{}, true],
      [{ 'OVEHOSTED_CORE/keepOnFailure': 'bool:False' }, false],
    ] as const) {
      const host = new FakeHost();
      const media = { 'OVEHOSTED_VM/vmDiskImage': undefined, 'OVEHOSTED_VM/vmBoot': 'str:pxe' };
      putAnswers(host, FIRST_ANSWERS, media, SETTLED, given);
      // The system is installed, and then CTRL-D.
      const { outcome, asked } = await runDeploy(host, { typed: [''] });
      assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_ABORTED');
      assert.deepEqual(asked, ['osInstalled', 'engineInstalled']);
      assert.equal(host.storage.domain !== undefined, isKept);
      if (!isKept) continue;
      const { outcome: second, asked: then } = await runDeploy(host, { typed: ['', ''] });
      assert.equal(second.kind, 'done');
      assert.deepEqual(then, ['OVEHOSTED_CORE/interruptedRun', 'engineInstalled']);
    }
  });
});

describe('a run after one that was broken off', () => {
  const vmImage = DEPLOY_STEPS.find(({ id }) => id === 'vm-image');
  assert.ok(vmImage !== undefined);

  test('resumes when nobody says otherwise, without the answers being given again', async () => {
    const host = new FakeHost();
    putAnswers(host, FIRST_ANSWERS);
    await killAt(host, vmImage, 'before');
    putAnswers(host, { 'OVEHOSTED_ENGINE/adminPassword': 'str:secret1' });
    const { outcome, lines } = await runDeploy(host);
    assert.equal(outcome.kind, 'done', lines.join('\n'));
  });

  test('holds no secret on record', async () => {
    const host = new FakeHost();
    putAnswers(host, FIRST_ANSWERS);
    await killAt(host, vmImage, 'before');
    const state = host.files.text(PATHS.state) ?? '';
    assert.match(state, /"vm-image"/);
    assert.ok(!state.includes('secret1') && !state.includes('PRIVATE KEY'));
    assert.equal(await host.files.modeOf(PATHS.state), 0o600);
  });

  test('refuses other answers than those by which things were made', async () => {
    const host = new FakeHost();
    putAnswers(host, FIRST_ANSWERS);
    await killAt(host, vmImage, 'before');
    const before = host.snapshot();
    putAnswers(host, FIRST_ANSWERS, { 'OVEHOSTED_NETWORK/fqdn': 'str:other.lab.test' });
    const { outcome, lines } = await runDeploy(host);
    assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_ANSWER_INVALID');
    assert.match(lines.join('\n'), /'other.lab.test' now, but the deployment to be resumed has/);
    putAnswers(host, FIRST_ANSWERS);
    assert.deepEqual(host.snapshot(), before, 'the earlier run is left as it was');
  });

  test('that fails before its first change leaves the earlier one as it was', async () => {
    const host = new FakeHost();
    putAnswers(host, FIRST_ANSWERS);
    await killAt(host, vmImage, 'after');
    const before = host.snapshot();
    host.pingable = [];
    const { outcome, lines } = await runDeploy(host);
    assert.equal(outcome.kind, 'failed');
    assert.deepEqual(host.snapshot(), before);
    assert.match(lines.join('\n'), /still as it was. To resume it:/);
    host.pingable = ['10.88.1.1'];
    assert.equal((await runDeploy(host)).outcome.kind, 'done');
  });

  test('is asked for at a terminal, and may be left alone', async () => {
    const host = new FakeHost();
    putAnswers(host, FIRST_ANSWERS);
    await killAt(host, vmImage, 'after');
    const before = host.snapshot();
    const { outcome, lines, asked } = await runDeploy(host, { typed: ['abort'] });
    assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_ABORTED');
    assert.deepEqual(asked, ['OVEHOSTED_CORE/interruptedRun']);
    assert.match(lines.join('\n'), /was broken off in its step 'vm-image'/);
    assert.deepEqual(host.snapshot(), before);
  });

  test('a damaged record is refused by name', async () => {
    const host = new FakeHost();
    putAnswers(host, FIRST_ANSWERS);
    host.files.put(PATHS.state, '{"format": 1, ', 0o600);
    const { outcome } = await runDeploy(host);
    assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_CONFIG_INVALID');
  });

  test('names of steps are unique for each role, for a record knows no more', () => {
    for (const role of ['first', 'additional'] as const) {
      const ids = DEPLOY_STEPS.filter((step) => (step.role ?? role) === role).map(({ id }) => id);
      assert.deepEqual(ids, [...new Set(ids)]);
    }
  });
});
