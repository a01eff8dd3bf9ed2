import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HeError } from '@hosted-engine/ports';
import { DEPLOY_STEPS } from '../src/deploy.js';
import { PATHS, UNITS } from '../src/paths.js';
import type { HostRole, Step } from '../src/run/step.js';
import {
  ADDITIONAL_ANSWERS,
  after,
  deployFirst,
  FIRST_ANSWERS,
  putAnswers,
  runDeploy,
} from './fake/deployment.js';
import { FakeHost } from './fake/world.js';

/** Runs the deployment with one step that fails once it has done its work. */
async function failAfter(host: FakeHost, failing: Step): Promise<readonly string[]> {
  const steps = after(failing, () => {
    throw new HeError('HE_FAILED', 'injected');
  });
  const { outcome, lines } = await runDeploy(host, { steps });
  assert.equal(outcome.kind === 'failed' && outcome.error.message, 'injected');
  return lines;
}

/** The one command to go on with; a run that may not even look at the host has none to give. */
function assertLastWords(step: Step, lines: readonly string[]): void {
  const isBeforeLock = DEPLOY_STEPS.indexOf(step) < DEPLOY_STEPS.findIndex(isLock);
  const expected = isBeforeLock
    ? /deployment failed \(/
    : /hosted-engine --deploy --config-append=/;
  assert.match(lines.at(-1) ?? '', expected);
}

function isLock({ id }: Step): boolean {
  return id === 'run-lock';
}

/** A host on which some of what set-up configures was in use before. */
function usedHost(host: FakeHost): FakeHost {
  host.files.put(PATHS.qemuConf, '# mine\nuser = "root"\n', 0o600);
  host.files.put(PATHS.vdsmConf, '[vars]\nssl = true\n');
  host.services.active.add(UNITS.libvirt);
  host.services.enabled.add(UNITS.libvirt);
  return host;
}

const COMPLETION = DEPLOY_STEPS.findIndex((step) => step.completes === true);

function stepsOf(role: HostRole): (readonly [string, Step])[] {
  return DEPLOY_STEPS.slice(0, COMPLETION + 1)
    .filter((step) => step.role === undefined || step.role === role)
    .map((step) => [`${step.stage}: ${step.id}`, step] as const);
}

describe('a failure after any step of a first host leaves everything as it was', () => {
  for (const [name, step] of stepsOf('first')) {
    test(name, async () => {
      const host = usedHost(new FakeHost());
      putAnswers(host, FIRST_ANSWERS);
      const before = host.snapshot();
      const lines = await failAfter(host, step);
      assert.deepEqual(host.snapshot(), before);
      assert.ok(!lines.some((line) => line.includes('Cannot undo')), lines.join('\n'));
      assertLastWords(step, lines);
    });
  }
});

describe('a failure after any step of an additional host leaves the cluster as it was', () => {
  for (const [name, step] of stepsOf('additional')) {
    test(name, async () => {
      const first = new FakeHost(1);
      await deployFirst(first);
      const host = usedHost(new FakeHost(2, first.storage, first.engine));
      putAnswers(host, ADDITIONAL_ANSWERS);
      const before = host.snapshot();
      const writes = first.storage.writes.length;
      const lines = await failAfter(host, step);
      assert.deepEqual(host.snapshot(), before);
      assert.equal(first.storage.writes.length, writes);
      assert.ok(!lines.some((line) => line.includes('Cannot undo')), lines.join('\n'));
      const isAdded = first.engine.hosts.length === 2;
      assert.equal(
        lines.some((line) => line.includes('Kept: host hosted_engine_2')),
        isAdded,
        'what stays behind is named',
      );
      assert.equal(
        lines.some((line) => line.includes('but for what is named above')),
        isAdded,
        'and nothing else is said to be',
      );
    });
  }
});

describe('undoing', () => {
  test('nothing is undone once the HA services have taken over', async () => {
    const host = new FakeHost();
    putAnswers(host, FIRST_ANSWERS);
    host.engine.isUp = () => !host.services.active.has(UNITS.ha);
    const { outcome } = await runDeploy(host);
    assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_ENGINE_UNREACHABLE');
    assert.ok(host.storage.domain !== undefined);
    assert.ok(host.files.text(PATHS.hostedEngineConf) !== undefined);
    assert.ok(host.services.active.has(UNITS.ha));
  });

  test('a domain that somebody else made in the meantime is not removed', async () => {
    const host = new FakeHost();
    putAnswers(host, FIRST_ANSWERS);
    const original = host.hostd.call.bind(host.hostd);
    host.hostd.call = async (verb, params) => {
      if (verb === 'StorageDomain.create') host.storage.newDomain('theirs', 'theirs');
      return original(verb, params);
    };
    const { outcome } = await runDeploy(host);
    assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_HOSTD_REFUSED');
    assert.equal(host.storage.domain?.sdUUID, 'theirs');
  });

  test('one undo that fails keeps no other from running, and a domain in use is left', async () => {
    const host = new FakeHost();
    putAnswers(host, FIRST_ANSWERS);
    host.hostd.failures.set(
      'Host.stopMonitoringDomain',
      new HeError('HE_HOSTD_UNREACHABLE', 'gone'),
    );
    host.hostd.failures.set('VM.create', new HeError('HE_FAILED', 'injected'));
    const { lines } = await runDeploy(host);
    assert.ok(lines.some((line) => line.includes("Cannot undo 'domain-monitor'")));
    assert.ok(lines.some((line) => line.includes("Cannot undo 'storage-domain'")));
    assert.ok(host.storage.domain !== undefined);
    assert.equal(host.files.text(PATHS.hostedEngineConf), undefined);
  });

  test('a VM that does not start says why, and is taken off the list', async () => {
    const host = new FakeHost();
    putAnswers(host, FIRST_ANSWERS);
    host.hostd.vmOutcome = { status: 'Down', exitMessage: 'no such machine' };
    const { outcome } = await runDeploy(host);
    assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_VM_START_FAILED');
    assert.match(outcome.kind === 'failed' ? outcome.error.message : '', /no such machine/);
    assert.equal(host.hostd.vms.size, 0);
  });

  test('an abort in the midst of it is undone like a failure', async () => {
    const host = new FakeHost();
    putAnswers(host, FIRST_ANSWERS);
    const before = host.snapshot();
    const stop = new AbortController();
    const original = host.hostd.call.bind(host.hostd);
    host.hostd.call = async (verb, params) => {
      if (verb === 'VM.create') stop.abort();
      return original(verb, params);
    };
    const { outcome, lines } = await runDeploy(host, { signal: stop.signal });
    assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_ABORTED');
    assert.ok(lines.includes('[WARNING] Aborted'));
    assert.deepEqual(host.snapshot(), before);
  });
});
