// Runs inside a private host (platform's test-host.ts): hostd's storage side on a real sanlock and
// a FUSE pass-through that it mounts itself. The tests build on each other.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import {
  createDirectIo,
  createMounts,
  createProcessRunner,
  createSanlock,
  createSystemClock,
} from '@hosted-engine/platform';
import { until } from '@hosted-engine/platform/test/test-daemons';
import type { Log } from '@hosted-engine/ports';
import {
  BLANK_UUID,
  type CallContext,
  VdsmError,
  type VerbName,
  type VerbParams,
  type VerbResult,
  VOLUME_ALLOCATION,
  VOLUME_FORMAT,
} from '@hosted-engine/vdsm';
import { createStorage } from '../../src/storage/create-storage.js';
import type { Storage } from '../../src/storage/types.js';

const SD = '21d36d5b-a88b-44b1-887a-83f230505886';
const IMG = 'b9c996f2-5d39-409e-9e76-df7c906c1c6f';
const VOL = 'c0ffee00-0000-4000-8000-000000000001';
const POSIXFS = 6;
const HOST_ID = 1;
const TAKEN_ID = 5;
const MOUNTS = '/rhev/data-center/mnt';

const dir = process.env['HE_TEST_DIR'] ?? '/nonexistent';
const source = path.join(dir, 'export');
fs.mkdirSync(source);
fs.chownSync(source, 36, 36);
// The folder of the test host is private to root; vdsm must reach what lies in it.
fs.chmodSync(dir, 0o755);

const clock = createSystemClock();
const processes = createProcessRunner();
const print =
  (level: string) =>
  (message: string, fields?: object): void => {
    process.stdout.write(`# ${level}: ${message} ${JSON.stringify(fields ?? {})}\n`);
  };
const log: Log = {
  error: print('error'),
  warn: print('warn'),
  info: print('info'),
  debug: () => undefined,
};

function sanlockEnv(runDir: string) {
  return { ...process.env, SANLOCK_PRIVILEGED: '0', SANLOCK_RUN_DIR: runDir };
}

function startSanlock(runDir: string, name: string): void {
  fs.mkdirSync(runDir, { recursive: true });
  const args = ['daemon', '-w', '0', '-h', '0', '-l', '0', '-U', 'root', '-G', 'root', '-e', name];
  execFileSync('sanlock', args, { env: sanlockEnv(runDir) });
}

startSanlock('/run/sanlock', 'this-host');
startSanlock('/run/sanlock-peer', 'peer-host');

const open = (): Promise<Storage> =>
  createStorage({
    leases: createSanlock({ clock }),
    mounts: createMounts({ processes, clock }),
    directIo: createDirectIo(clock),
    processes,
    clock,
    log,
    config: {
      ioTimeoutS: 1,
      dataCenterDir: '/rhev/data-center',
      runDir: '/run/vdsm',
      owner: { uid: 36, gid: 36 },
    },
  });

let storage = await open();
after(() => storage.close());

const CONTEXT: CallContext = {
  signal: new AbortController().signal,
  peerAddress: '::1',
  localAddress: '::1',
  correlationId: undefined,
};

async function call<V extends VerbName>(verb: V, params: VerbParams<V>): Promise<VerbResult<V>> {
  const handler = storage.verbs()[verb];
  assert.ok(handler, verb);
  return await handler(params, CONTEXT);
}

const connect = async (connection: string) => {
  const [status] = await call('StoragePool.connectStorageServer', {
    storagepoolID: BLANK_UUID,
    domainType: POSIXFS,
    connectionParams: [{ id: VOL, connection, vfs_type: 'fuse.bindfs', mnt_options: 'direct_io' }],
  });
  return status?.status;
};

const code = (expected: number) => (error: unknown) =>
  error instanceof VdsmError && error.code === expected;

const stats = () => storage.repoStats()[SD];
const untilAcquired = (timeoutMs: number) =>
  until(() => stats()?.acquired === true, 'host id', timeoutMs);

/** The helper behind a mount: the only bindfs of this PID namespace that serves `source`. */
function helperPid(): number {
  for (const name of fs.readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const command = fs.readFileSync(`/proc/${name}/cmdline`, 'utf8');
    if (/bindfs/.test(command) && command.includes(`${source}\0`)) return Number(name);
  }
  throw new Error('the mount has no helper');
}

const ADDRESS = { storagepoolID: BLANK_UUID, storagedomainID: SD, imageID: IMG, volumeID: VOL };

describe('storage on a real host', () => {
  it('mounts, and refuses what is missing or not vdsm’s', async () => {
    assert.equal(await connect(path.join(dir, 'none')), 477);
    const foreign = path.join(dir, 'foreign');
    fs.mkdirSync(foreign, { mode: 0o700 });
    assert.equal(await connect(foreign), 469);
    assert.equal(await connect(source), 0);
    assert.equal(await connect(source), 0);
    assert.equal(fs.readdirSync(MOUNTS).length, 1);
  });

  it('creates a domain that sanlock knows', async () => {
    const params = {
      storagedomainID: SD,
      domainType: POSIXFS,
      typeArgs: source,
      name: 'hosted_storage',
      domainClass: 1,
      version: 5,
    } as const;
    await call('StorageDomain.create', params);
    const domMd = path.join(source, SD, 'dom_md');
    const leader = (args: readonly string[]) =>
      execFileSync('sanlock', ['direct', 'read_leader', ...args], { cwd: domMd }).toString();
    const lockspace = leader(['-s', `${SD}:1:ids:0`]);
    assert.match(lockspace, /magic 0x12212010/);
    assert.match(lockspace, /io_timeout 1$/m);
    assert.match(leader(['-r', `${SD}:SDM:leases:1048576`]), /magic 0x6152010/);
    for (const name of fs.readdirSync(domMd)) {
      const { uid, gid, mode } = fs.statSync(path.join(domMd, name));
      assert.deepEqual([uid, gid], [36, 36], name);
      assert.equal((mode & 0o777).toString(8), name === 'metadata' ? '644' : '660', name);
    }
    await assert.rejects(call('StorageDomain.create', params), code(365));
    const other = { ...params, storagedomainID: IMG };
    await assert.rejects(call('StorageDomain.create', other), code(361));
  });

  it('tells a host id that another host uses', async () => {
    const ids = path.join(source, SD, 'dom_md', 'ids');
    execFileSync(
      'sanlock',
      ['client', 'add_lockspace', '-s', `${SD}:${TAKEN_ID}:${ids}:0`, '-o', '1'],
      { env: sanlockEnv('/run/sanlock-peer') },
    );
    await call('Host.startMonitoringDomain', { sdUUID: SD, hostID: TAKEN_ID });
    await until(() => stats()?.code === 661, 'the host id in use', 15_000);
    assert.equal(stats()?.acquired, false);
    await call('Host.stopMonitoringDomain', { sdUUID: SD });
    assert.equal(stats(), undefined);
  });

  it('takes its own host id and sees the domain', async () => {
    await call('Host.startMonitoringDomain', { sdUUID: SD, hostID: HOST_ID });
    await untilAcquired(30_000);
    await until(() => stats()?.valid === true, 'valid domain');
    assert.ok(Number(stats()?.delay) > 0);
    assert.equal(stats()?.version, 5);
  });

  it('creates and prepares a volume whose lease can be held', async () => {
    const taskID = await call('Volume.create', {
      ...ADDRESS,
      size: String(8 * 1024 * 1024),
      volFormat: VOLUME_FORMAT.RAW,
      preallocate: VOLUME_ALLOCATION.PREALLOCATED,
      diskType: 'HEVD',
      desc: 'engine',
    });
    const finished = async () =>
      (await call('Task.getStatus', { taskID })).taskState === 'finished';
    await until(finished, 'volume');
    assert.equal((await call('Task.getStatus', { taskID })).taskResult, 'success');
    const { path: disk } = await call('Image.prepare', ADDRESS);
    assert.equal(fs.statSync(disk).size, 8 * 1024 * 1024);
    const { uid, blocks } = fs.statSync(disk);
    assert.deepEqual([uid, blocks * 512 >= 8 * 1024 * 1024], [36, true]);
    const { leasePath } = await storage.prepareImage({ sdUUID: SD, imgUUID: IMG, volUUID: VOL });
    const holder = spawn(
      'sanlock',
      ['client', 'command', '-r', `${SD}:${VOL}:${leasePath}:0`, '-c', '/bin/sleep', '600'],
      { stdio: 'ignore' },
    );
    try {
      const owners = async () => (await call('Volume.getInfo', ADDRESS)).lease?.owners;
      await until(async () => (await owners())?.[0] === HOST_ID, 'owner of the lease');
      await assert.rejects(call('Host.stopMonitoringDomain', { sdUUID: SD }), code(662));
      assert.ok(stats(), 'monitoring goes on');
      assert.equal(holder.exitCode, null, 'the holder lives');
    } finally {
      holder.kill('SIGKILL');
    }
  });

  it('recognises its host id after a restart', async () => {
    await storage.close();
    storage = await open();
    await untilAcquired(3000);
    await until(() => stats()?.valid === true, 'valid domain');
  });

  it('answers in time while the storage hangs, and recovers', async () => {
    const helper = helperPid();
    process.kill(helper, 'SIGSTOP');
    try {
      const began = clock.monotonicS();
      const info = () => call('StorageDomain.getInfo', { storagedomainID: SD });
      await Promise.all([assert.rejects(info(), code(200)), assert.rejects(info(), code(200))]);
      assert.ok(clock.monotonicS() - began < 12, 'no call outlives its deadline');
      await until(() => stats()?.valid === false, 'invalid domain');
      assert.ok(Number(stats()?.lastCheck) > 5);
    } finally {
      process.kill(helper, 'SIGCONT');
    }
    await until(() => stats()?.valid === true, 'valid domain');
    await untilAcquired(120_000);
  });

  it('loses the host id with the mount’s helper, and all is well when connected again', async () => {
    process.kill(helperPid(), 'SIGKILL');
    await until(() => stats()?.valid === false, 'invalid domain');
    await until(() => stats()?.acquired === false, 'host id lost', 30_000);
    assert.equal(await connect(source), 0);
    await until(() => stats()?.valid === true, 'valid domain');
    await untilAcquired(120_000);
  });
});
