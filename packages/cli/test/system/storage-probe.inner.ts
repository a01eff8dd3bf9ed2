// Runs in a mount namespace of its own: real mounts, real permissions, a real hang.

import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createMounts, createProcessRunner, createSystemClock } from '@hosted-engine/platform';
import type { Mounts } from '@hosted-engine/ports';
import type { StorageTarget } from '@hosted-engine/setup';
import { createStorageProbe } from '../../src/adapters/storage-probe.js';

const runner = createProcessRunner();
const clock = createSystemClock();
const mounts = createMounts({ processes: runner, clock, hasSystemd: false });
const folder = mkdtempSync(join(tmpdir(), 'storage-probe-'));
// vdsm has to get there.
chmodSync(folder, 0o755);
const aside = join(folder, 'aside');
const signal = new AbortController().signal;

function probe(over: Mounts = mounts, deadlineMs = 20_000) {
  return createStorageProbe({ mounts: over, runner, clock, directory: aside, deadlineMs });
}

/** A memory file system of these options; each mount of it is a new one. */
function memory(mountOptions: string, vfsType = 'tmpfs'): StorageTarget {
  return { domainType: 'posixfs', connection: 'nas:/he', vfsType, mountOptions };
}

function directory(name: string, uid: number): StorageTarget {
  const path = join(folder, name);
  mkdirSync(path);
  chownSync(path, uid, uid);
  return {
    domainType: 'posixfs',
    connection: path,
    vfsType: 'fuse.bindfs',
    mountOptions: 'direct_io',
  };
}

function nothingIsLeft(): void {
  assert.deepEqual(readdirSync(aside), []);
  assert.ok(!readFileSync('/proc/self/mounts', 'utf8').includes(aside));
}

async function refused(target: StorageTarget, code: string, message: RegExp): Promise<void> {
  await assert.rejects(probe().open(target, signal), { code, message });
  nothingIsLeft();
}

test('good storage: free space, domains, reading, writing, and nothing left behind', async () => {
  const target = directory('good', 36);
  const view = await probe().open(target, signal);
  assert.ok(view.freeBytes > 0);
  assert.deepEqual(await view.domains(), []);
  await view.checkWritable();
  assert.deepEqual(readdirSync(target.connection), [], 'what was tried is gone');
  writeFileSync(join(target.connection, 'some'), 'text');
  assert.equal(Buffer.from(await view.read('some', 1, 2)).toString(), 'ex');
  assert.equal(await view.exists('some'), true);
  assert.equal(await view.exists('none'), false);
  await view.close();
  await view.close();
  nothingIsLeft();
});

test('a domain whose creation was broken off is seen, though it has no metadata', async () => {
  const target = directory('half', 36);
  const sdUUID = '11111111-2222-4333-8444-555555555555';
  mkdirSync(join(target.connection, sdUUID));
  const view = await probe().open(target, signal);
  assert.deepEqual(await view.domains(), [{ sdUUID, metadata: {}, volumes: [] }]);
  await view.close();
});

test('each obstacle has a line of its own', async () => {
  const own = 'uid=36,gid=36,mode=0755';
  await refused(memory(`ro,${own}`), 'HE_STORAGE_INVALID', /nas:\/he: it is read-only/);
  await refused(
    memory('mode=0755'),
    'HE_STORAGE_INVALID',
    /may not write it; it belongs to 0:0 with mode 0755/,
  );
  await refused(
    memory('mode=0700'),
    'HE_STORAGE_INVALID',
    /may not read it; it belongs to 0:0 with mode 0700/,
  );
  await refused(
    memory(`nr_inodes=1,${own}`),
    'HE_STORAGE_INVALID',
    /it is full: not even an empty file/,
  );
  await refused(
    memory('nonsense=1'),
    'HE_STORAGE_UNREACHABLE',
    /mount options are not accepted \(nonsense=1\)/,
  );
  await refused(
    { ...memory('', 'fuse.nosuchfs'), connection: folder },
    'HE_STORAGE_UNREACHABLE',
    /cannot mount file systems of type fuse.nosuchfs/,
  );
  const absent = { ...directory('gone', 36), connection: join(folder, 'nowhere') };
  await refused(absent, 'HE_STORAGE_UNREACHABLE', /nowhere: it does not exist/);
});

test('storage that looks good and would fail a domain is refused before one is made', async () => {
  const target = directory('squashed', 36);
  const cases = [
    // No server of NFS here: a pass-through that denies root what such a server denies it.
    [
      { ...target, mountOptions: 'direct_io,chown-deny' },
      /squashed: root of this host is not root there/,
    ],
    [memory('mode=0777', 'ramfs'), /nas:\/he: it does not support direct I\/O, which leases need/],
  ] as const;
  for (const [given, message] of cases) {
    const view = await probe().open(given, signal);
    await assert.rejects(view.checkWritable(), { code: 'HE_STORAGE_INVALID', message });
    await view.close();
    nothingIsLeft();
  }
  assert.deepEqual(readdirSync(target.connection), [], 'what was tried is gone');
});

test('storage that is full to the last byte is refused before a domain is made', async () => {
  const target = memory('size=4k,uid=36,gid=36,mode=0755');
  const filled: Mounts = {
    ...mounts,
    mount: async (spec) => {
      await mounts.mount(spec);
      writeFileSync(join(spec.target, 'all'), Buffer.alloc(4096));
    },
  };
  const view = await probe(filled).open(target, signal);
  await assert.rejects(view.checkWritable(), { code: 'HE_STORAGE_INVALID' });
  await view.close();
  nothingIsLeft();
});

test('storage that hangs is given up in time, and does not stay mounted', async () => {
  const target = directory('hung', 36);
  const pids: number[] = [];
  const hanging: Mounts = {
    ...mounts,
    mount: async (spec) => {
      await mounts.mount(spec);
      pids.push(...helpersOf(spec.target));
      for (const pid of pids) process.kill(pid, 'SIGSTOP');
    },
  };
  const begun = clock.monotonicS();
  try {
    await assert.rejects(probe(hanging, 1500).open(target, signal), {
      code: 'HE_STORAGE_TIMEOUT',
      message: /hung: it was mounted, but does not answer/,
    });
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGKILL');
  }
  assert.ok(pids.length > 0);
  assert.ok(clock.monotonicS() - begun < 15);
  nothingIsLeft();
});

test('what a killed run left mounted is swept by the next', async () => {
  const left = join(aside, 'storage-999999999-abcdef');
  mkdirSync(left);
  await mounts.mount({ source: 'tmpfs', target: left, type: 'tmpfs', options: '' });
  const view = await probe().open(directory('next', 36), signal);
  await view.close();
  nothingIsLeft();
});

function helpersOf(target: string): number[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const words = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0');
      return /bindfs$/.test(words[0] ?? '') && words.includes(target) ? [Number(entry)] : [];
    } catch {
      return [];
    }
  });
}
