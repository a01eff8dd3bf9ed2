import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HeError } from '@hosted-engine/ports';
import { type CleanupOptions, cleanUp } from '../src/cleanup/cleanup.js';
import { PATHS, UNITS } from '../src/paths.js';
import type { Outcome } from '../src/run/runner.js';
import {
  ADDITIONAL_ANSWERS,
  ANSWER_FILE,
  deployFirst,
  FIRST_ANSWERS,
  putAnswers,
  runDeploy,
} from './fake/deployment.js';
import { FakeDialog, FakeHost } from './fake/world.js';

interface Cleaned {
  readonly outcome: Outcome;
  readonly text: string;
  readonly asked: readonly string[];
}

async function clean(
  host: FakeHost,
  options: Partial<CleanupOptions> = {},
  answers?: readonly string[],
): Promise<Cleaned> {
  const dialog = new FakeDialog(answers);
  const all = { quiet: answers === undefined, storage: false, version: '0', ...options };
  const outcome = await cleanUp(host.world(), dialog, all, new AbortController().signal);
  return { outcome, text: dialog.lines.join('\n'), asked: dialog.asked };
}

function codeOf({ outcome }: Cleaned): string | undefined {
  return outcome.kind === 'failed' ? outcome.error.code : undefined;
}

/** A deployed first host, and what it was before. */
async function deployed(): Promise<{ host: FakeHost; before: unknown }> {
  const host = new FakeHost();
  host.files.put(PATHS.qemuConf, '# mine\n', 0o600);
  host.services.active.add(UNITS.libvirt);
  host.services.enabled.add(UNITS.libvirt);
  putAnswers(host, FIRST_ANSWERS);
  const before = host.snapshot();
  await deployFirst(host);
  return { host, before };
}

/** The storage's part of a snapshot, which only --storage brings back. */
function withDomain(snapshot: unknown, host: FakeHost): unknown {
  return { ...(snapshot as object), domain: host.storage.domain?.sdUUID };
}

/** The host's own state: links on the storage are the storage's. */
function ownState(host: FakeHost): unknown {
  const { files, ...rest } = host.snapshot() as { files: Record<string, string> };
  const own = Object.entries(files).filter(([path]) => !path.startsWith('/rhev/'));
  return { files: Object.fromEntries(own), ...rest };
}

describe('cleaning up a deployed host', () => {
  test('puts everything back, and leaves the storage to the others', async () => {
    const { host, before } = await deployed();
    host.files.put(PATHS.haConf, 'local_maintenance=True\n');
    host.files.put(PATHS.vmConfFallback, 'vmId=1\n');
    const cleaned = await clean(host);
    assert.equal(cleaned.outcome.kind, 'done', cleaned.text);
    assert.doesNotMatch(cleaned.text, /WARNING/);
    assert.ok(host.storage.domain !== undefined);
    assert.deepEqual(ownState(host), withDomain(before, host));
    assert.match(cleaned.text, /Kept: the storage domain in \/rhev\//);
    assert.match(cleaned.text, /Kept: host hosted_engine_1 in the engine/);
    assert.match(cleaned.text, /hosted-engine --deploy$/);
  });

  test('with --storage nothing at all is left', async () => {
    const { host, before } = await deployed();
    const cleaned = await clean(host, { storage: true });
    assert.equal(cleaned.outcome.kind, 'done', cleaned.text);
    assert.deepEqual(host.snapshot(), before);
  });

  test('asks once, and twice with --storage; No changes nothing', async () => {
    const { host } = await deployed();
    const state = host.snapshot();
    const none = await clean(host, {}, ['no']);
    assert.equal(codeOf(none), 'HE_ABORTED');
    assert.deepEqual(none.asked, ['cleanup']);
    const second = await clean(host, { storage: true }, ['Yes', 'what', '']);
    assert.equal(codeOf(second), 'HE_ABORTED');
    assert.deepEqual(second.asked, ['cleanup', 'cleanup-storage', 'cleanup-storage']);
    assert.match(second.text, /\(hosted_storage\).*will be removed with its 4 volumes/);
    assert.deepEqual(host.snapshot(), state);
    const both = await clean(host, { storage: true }, ['yes', 'yes']);
    assert.equal(both.outcome.kind, 'done', both.text);
    assert.equal(host.storage.domain, undefined);
  });

  test('without a terminal and without -q it does nothing', async () => {
    const { host } = await deployed();
    const state = host.snapshot();
    assert.equal(codeOf(await clean(host, { quiet: false })), 'HE_USAGE');
    assert.deepEqual(host.snapshot(), state);
  });

  test('powers off the engine VM that runs here, after HA has stopped', async () => {
    const { host, before } = await deployed();
    const vmID = /uuid>([0-9a-f-]+)</.exec(host.hostd.created.at(-1) ?? '')?.[1] ?? '';
    await host.hostd.call('VM.create', { vmID, vmParams: { xml: '' } });
    const order: string[] = [];
    const call = host.hostd.call.bind(host.hostd);
    host.hostd.call = async (verb, params) => {
      if (verb === 'VM.destroy') order.push(host.services.active.has(UNITS.ha) ? 'early' : 'late');
      return call(verb, params);
    };
    const cleaned = await clean(host);
    assert.match(cleaned.text, /Powering off the engine VM/);
    assert.ok(order.length > 0 && !order.includes('early'));
    assert.deepEqual(ownState(host), withDomain(before, host));
  });

  test('takes its own slot off the whiteboard, and no other', async () => {
    const { host } = await deployed();
    const board = host.storage.volume('hosted-engine.metadata')?.bytes ?? new Uint8Array();
    board.fill(7, 4096, 3 * 4096);
    await clean(host);
    assert.ok(board.subarray(4096, 2 * 4096).every((byte) => byte === 0));
    assert.ok(board.subarray(2 * 4096, 3 * 4096).every((byte) => byte === 7));
  });

  test('a file that an admin changed since stays, with the old one beside it', async () => {
    const { host } = await deployed();
    host.files.put(PATHS.qemuConf, 'max_processes = 9\n', 0o600);
    const cleaned = await clean(host);
    assert.equal(host.files.text(PATHS.qemuConf), 'max_processes = 9\n');
    assert.equal(host.files.text(`${PATHS.qemuConf}.before-hosted-engine`), '# mine\n');
    assert.match(cleaned.text, /qemu.conf was changed since the deployment wrote it and is left/);
  });

  test('the storage stays while another host renews a lease there', async () => {
    const { host } = await deployed();
    host.storage.join(2, 'host-uuid-2');
    const state = host.snapshot();
    const world = host.world();
    const sleep = world.clock.sleep;
    let stamp = 5000n;
    const alive = {
      ...world,
      clock: {
        ...world.clock,
        sleep: async (ms: number) => {
          stamp += 1n;
          const ids = host.storage.domain?.ids ?? new Uint8Array(4096);
          Buffer.from(ids.buffer).writeBigUInt64LE(stamp, 512 + 0x98);
          await sleep(ms);
        },
      },
    };
    const dialog = new FakeDialog();
    const outcome = await cleanUp(
      alive,
      dialog,
      { quiet: true, storage: true, version: '0' },
      new AbortController().signal,
    );
    assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_LEASE_HELD');
    assert.match(dialog.lines.join('\n'), /the host with id 2 \(host-uuid-2\) renews its lease/);
    assert.deepEqual(host.snapshot(), state);
    // A host that died there does not stand in the way.
    const cleaned = await clean(host, { storage: true });
    assert.equal(cleaned.outcome.kind, 'done', cleaned.text);
  });

  test('works from the configuration alone when the journal is lost', async () => {
    const { host } = await deployed();
    host.files.entries.delete(PATHS.state);
    const cleaned = await clean(host, { storage: true });
    assert.equal(cleaned.outcome.kind, 'done', cleaned.text);
    assert.equal(host.storage.domain, undefined);
    assert.equal(host.hostd.monitored, undefined);
    assert.equal(host.hostd.isConnected, false);
    for (const path of [PATHS.hostedEngineConf, PATHS.answers, PATHS.hostKey, PATHS.state]) {
      assert.equal(host.files.text(path), undefined, path);
    }
    assert.ok(!host.services.active.has(UNITS.ha) && !host.services.active.has(UNITS.hostd));
    assert.ok(host.services.active.has(UNITS.libvirt), 'what was there before is not known: kept');
  });

  test('what cannot be undone stays on record, and a second clean-up does the rest', async () => {
    const { host, before } = await deployed();
    host.hostd.failures.set(
      'Host.stopMonitoringDomain',
      new HeError('HE_HOSTD_UNREACHABLE', 'gone'),
    );
    const first = await clean(host);
    assert.equal(codeOf(first), 'HE_FAILED');
    assert.match(first.text, /Cannot undo 'domain-monitor': gone/);
    const second = await clean(host);
    assert.equal(second.outcome.kind, 'done', second.text);
    assert.deepEqual(ownState(host), withDomain(before, host));
  });

  test('an additional host leaves the first one alone', async () => {
    const { host: first } = await deployed();
    const host = new FakeHost(2, first.storage, first.engine);
    putAnswers(host, ADDITIONAL_ANSWERS);
    const before = host.snapshot();
    const state = first.snapshot();
    assert.equal((await runDeploy(host)).outcome.kind, 'done');
    const cleaned = await clean(host);
    assert.equal(cleaned.outcome.kind, 'done', cleaned.text);
    assert.deepEqual(host.snapshot(), before);
    assert.deepEqual(first.snapshot(), state);
  });

  test('can be deployed again', async () => {
    const { host } = await deployed();
    await clean(host, { storage: true });
    const { outcome, lines } = await runDeploy(host);
    assert.equal(outcome.kind, 'done', lines.join('\n'));
  });
});

describe('cleaning up', () => {
  test('a host without a deployment is nothing to do', async () => {
    const host = new FakeHost();
    host.files.put(ANSWER_FILE, '', 0o600);
    const before = host.snapshot();
    const cleaned = await clean(host);
    assert.equal(cleaned.outcome.kind, 'done');
    assert.match(cleaned.text, /There is nothing to clean up/);
    assert.deepEqual(host.snapshot(), before);
  });

  test('needs root, and to be alone', async () => {
    const host = new FakeHost();
    host.isRoot = false;
    assert.equal(codeOf(await clean(host)), 'HE_NOT_PERMITTED');
    host.isRoot = true;
    host.isLocked = true;
    assert.equal(codeOf(await clean(host)), 'HE_ALREADY_RUNNING');
  });
});
