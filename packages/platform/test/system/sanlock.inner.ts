// Runs inside a private host (test-host.ts): two sanlock daemons on one storage, each through its
// own FUSE pass-through, as two real hosts have it.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { HeError, LeaseError } from '@hosted-engine/ports';
import { leaseManagerContract } from '@hosted-engine/ports/contract/lease-manager.contract';
import { createDirectIo } from '../../src/direct-io.js';
import { createLeaseView } from '../../src/lease-view.js';
import { createMounts } from '../../src/mounts.js';
import { createProcessRunner } from '../../src/process-runner.js';
import { createSystemClock } from '../../src/system-clock.js';
import { startSanlockHost } from './sanlock-host.js';
import { until } from './test-daemons.js';

const dir = process.env['HE_TEST_DIR'] ?? '/nonexistent';
const source = `${dir}/storage`;
mkdirSync(source);

function startHost(name: string) {
  const mount = `${dir}/mnt-${name}`;
  const runDir = `/run/sanlock-${name}`;
  mkdirSync(mount);
  mkdirSync(runDir);
  const bindfs = spawn('bindfs', ['-f', '-o', 'direct_io', source, mount], { stdio: 'ignore' });
  const args = ['daemon', '-w', '0', '-h', '0', '-l', '0', '-U', 'root', '-G', 'root', '-e', name];
  execFileSync('sanlock', args, {
    env: { ...process.env, SANLOCK_PRIVILEGED: '0', SANLOCK_RUN_DIR: runDir },
  });
  return { mount, bindfs, ...startSanlockHost(runDir) };
}

const mounts = createMounts({ processes: createProcessRunner(), clock: createSystemClock() });
const isMounted = async (target: string): Promise<boolean> =>
  (await mounts.list()).some((entry) => entry.target === target);

const first = startHost('a');
const second = startHost('b');
await until(() => isMounted(first.mount), 'first mount');
await until(() => isMounted(second.mount), 'second mount');

after(() => {
  for (const host of [first, second]) {
    host.child.kill();
    host.bindfs.kill('SIGKILL');
  }
});

let count = 0;

/** Files of their own for each test; the colon is what NFS mount names have. */
function newFiles() {
  const name = `ls-${++count}`;
  const folder = `host:_${name}`;
  mkdirSync(`${source}/${folder}`);
  for (const file of ['ids', 'leases']) writeFileSync(`${source}/${folder}/${file}`, '');
  const at = (mount: string) => `${mount}/${folder}`;
  return { name, at };
}

leaseManagerContract('sanlock', async () => {
  const { name, at } = newFiles();
  // Both hosts' paths are the same in life; here the second one goes by the first one's mount too.
  const path = at(first.mount);
  return {
    first: first.leases,
    second: second.leases,
    area: { lockspace: name, path: `${path}/ids`, offset: 0 },
    resources: [
      { lockspace: name, resource: 'SDM', path: `${path}/leases`, offset: 1048576 },
      { lockspace: name, resource: 'other', path: `${path}/leases`, offset: 2097152 },
    ],
    wait: (ms) => createSystemClock().sleep(ms),
    dispose: async () => undefined,
  };
});

describe('sanlock', () => {
  it('shows the owner of a lease and the hosts of its lockspace', async () => {
    const { name, at } = newFiles();
    const area = { lockspace: name, path: `${at(first.mount)}/ids`, offset: 0 };
    const lease = {
      lockspace: name,
      resource: 'vm',
      path: `${at(first.mount)}/leases`,
      offset: 0,
    };
    const { leases } = first;
    const view = createLeaseView({ leases, lease, clock: createSystemClock() });
    assert.equal(await view.hosts(), 'unknown');
    await leases.areas.writeLockspace(area, 1);
    await leases.areas.writeResource(lease);
    await leases.lockspaces.join(area, 7, 1);
    await until(async () => (await leases.lockspaces.state(area, 7)) === 'joined', 'host id');
    assert.deepEqual(await view.owner(), { kind: 'free' });
    await leases.holder.acquire(lease);
    assert.deepEqual(await view.owner(), { kind: 'held', hostId: 7, generation: 1 });
    // Just after joining sanlock has no judgement yet, which is unknown, not nobody.
    await until(async () => (await view.hosts()) !== 'unknown', 'judgement of hosts');
    const hosts = await view.hosts();
    assert.ok(hosts !== 'unknown');
    assert.deepEqual(hosts.get(7), { state: 'live', generation: 1 });
  });

  it('L2: a daemon that does not run is unreachable', async () => {
    const { child, leases } = startSanlockHost('/run/no-sanlock');
    try {
      const area = { lockspace: 'x', path: '/x', offset: 0 };
      await assert.rejects(leases.lockspaces.state(area, 1), hasCode('UNREACHABLE'));
      await assert.rejects(leases.areas.writeLockspace(area, 1), hasCode('UNREACHABLE'));
    } finally {
      child.kill();
    }
  });

  it('L1: hung storage gives time-outs, and all is well after it', async () => {
    const { name, at } = newFiles();
    const area = { lockspace: name, path: `${at(second.mount)}/ids`, offset: 0 };
    const { leases } = second;
    await leases.areas.writeLockspace(area, 1);
    const clock = createSystemClock();
    const directIo = createDirectIo(clock);
    const file = await directIo.open(area.path, 'read', 2000);
    second.bindfs.kill('SIGSTOP');
    try {
      const began = clock.monotonicS();
      await Promise.all([
        assert.rejects(leases.areas.readLockspace(area), hasCode('TIMEOUT')),
        assert.rejects(leases.areas.readLockspace(area), hasCode('TIMEOUT')),
        assert.rejects(file.read(0, 512, 1000), isStorageTimeout),
        assert.rejects(file.read(0, 512, 1000), isStorageTimeout),
      ]);
      assert.equal(await mounts.probe(second.mount), 'unknown');
      assert.equal(await mounts.probe(second.mount), 'unknown');
      assert.ok(clock.monotonicS() - began < 9, 'nothing waits longer than its deadline');
    } finally {
      second.bindfs.kill('SIGCONT');
    }
    await until(() => healthy(second.mount), 'mount after the hang');
    assert.equal((await file.read(0, 512, 2000)).length, 512);
    assert.deepEqual(await leases.areas.readLockspace(area), { ioTimeoutS: 1 });
    await file.close();
  });

  it('a mount whose helper died is dead, and can be replaced', async () => {
    const mount = `${dir}/mnt-dying`;
    mkdirSync(mount);
    const helper = spawn('bindfs', ['-f', source, mount], { stdio: 'ignore' });
    await until(() => isMounted(mount), 'mount');
    assert.equal(await mounts.probe(mount), 'ok');
    helper.kill('SIGKILL');
    await until(async () => (await mounts.probe(mount)) === 'dead', 'dead mount');
    await mounts.unmount(mount, { lazy: true });
    await mounts.unmount(mount);
    const spec = { source, target: mount, type: 'fuse.bindfs', options: 'direct_io' };
    await mounts.mount(spec);
    assert.equal(await mounts.probe(mount), 'ok');
    await mounts.unmount(mount);
    await assert.rejects(mounts.mount({ ...spec, source: `${source}/none` }), /cannot mount/);
  });
});

const healthy = async (mount: string): Promise<boolean> => (await mounts.probe(mount)) === 'ok';

const hasCode = (code: string) => (error: unknown) =>
  error instanceof LeaseError && error.code === code;

const isStorageTimeout = (error: unknown): boolean =>
  error instanceof HeError && error.code === 'HE_STORAGE_TIMEOUT';
