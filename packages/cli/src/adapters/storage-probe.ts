import { mkdir, mkdtemp, readdir, rmdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Clock,
  HeError,
  type MountSpec,
  type Mounts,
  messageOf,
  OneAtATime,
  type ProcessRunner,
} from '@hosted-engine/ports';
import { isErrno } from '@hosted-engine/ports/errno';
import type { StorageProbe, StorageTarget, StorageView } from '@hosted-engine/setup';
import { readDomains, readPart } from './domain-directory.js';
import { mountProblem } from './mount-problem.js';
import { type AccessProbe, cannotAccess, requireAccess, requireUsable } from './storage-access.js';

/** Storage that needs longer to answer one question is not fit to carry leases. */
const DEADLINE_MS = 30_000;
const NFS_OPTIONS = 'soft,retry=0,nosharecache,timeo=100,retrans=3';
/** Gone with the next boot, as mounts are. */
const DIRECTORY = '/run/ovirt-hosted-engine-setup';

export interface StorageProbeOptions {
  readonly mounts: Mounts;
  readonly runner: ProcessRunner;
  readonly clock: Clock;
  /** Where it is mounted aside. @default /run/ovirt-hosted-engine-setup */
  readonly directory?: string;
  /** @default 30000 */
  readonly deadlineMs?: number;
}

export function createStorageProbe(options: StorageProbeOptions): StorageProbe {
  return { open: (target) => openView(options, target) };
}

async function openView(options: StorageProbeOptions, target: StorageTarget): Promise<StorageView> {
  const { mounts, clock, runner } = options;
  const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  const base = options.directory ?? DIRECTORY;
  await requireSource(target);
  await mkdir(base, { recursive: true, mode: 0o755 });
  await sweep(mounts, base);
  const directory = await mkdtemp(join(base, `storage-${process.pid}-`));
  try {
    await mounts.mount({ ...mountSpec(target), target: directory });
  } catch (thrown) {
    await release(mounts, directory, true);
    throw inaccessible(target, thrown);
  }
  const storage = new OneAtATime(clock);
  const guard = <T>(what: string, action: () => Promise<T>): Promise<T> =>
    storage.run(`${target.connection}: ${what}`, deadlineMs, action);
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    // Behind an operation that hangs, an orderly unmount would hang as well.
    await release(mounts, directory, storage.busy);
  };
  const probe: AccessProbe = { runner, target, directory, deadlineMs };
  try {
    const { bsize, bavail } = await guard('free space', () => statfs(directory));
    await guard('access', () => requireAccess(probe));
    return {
      freeBytes: bsize * bavail,
      domains: () => guard('storage domains', () => readDomains(directory)),
      read: (path, offset, length) =>
        guard(path, () => readPart(join(directory, path), offset, length)),
      exists: (path) => guard(path, () => exists(join(directory, path))),
      checkWritable: () => guard('a file', () => requireUsable(probe)),
      close,
    };
  } catch (thrown) {
    await close();
    throw silent(target, thrown);
  }
}

/** What a killed run left mounted: nobody looks at it any more. */
async function sweep(mounts: Mounts, base: string): Promise<void> {
  for (const name of await readdir(base)) {
    const pid = /^storage-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || (await isRunning(pid))) continue;
    await release(mounts, join(base, name), true);
  }
}

async function isRunning(pid: string): Promise<boolean> {
  return exists(`/proc/${pid}`);
}

async function release(mounts: Mounts, directory: string, lazy: boolean): Promise<void> {
  try {
    await mounts.unmount(directory, { lazy });
  } catch (thrown) {
    if (lazy) throw thrown;
    await mounts.unmount(directory, { lazy: true });
  }
  await rmdir(directory);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (thrown) {
    if (isErrno(thrown, 'ENOENT', 'ENOTDIR')) return false;
    throw thrown;
  }
}

/** The kernel's own message for a missing directory speaks of mounts; people gave a path. */
async function requireSource(target: StorageTarget): Promise<void> {
  if (!target.connection.startsWith('/')) return;
  const stats = await stat(target.connection).catch(() => undefined);
  if (stats !== undefined) return;
  throw cannotAccess(
    'HE_STORAGE_UNREACHABLE',
    target,
    'it does not exist',
    'check OVEHOSTED_STORAGE/storageDomainConnection',
  );
}

function mountSpec(target: StorageTarget): Omit<MountSpec, 'target'> {
  const source = target.connection;
  const extra = target.mountOptions ?? '';
  if (target.vfsType !== undefined) return { source, type: target.vfsType, options: extra };
  const version = { nfs3: 'nfsvers=3', nfs4: 'nfsvers=4' }[target.domainType];
  const given = [NFS_OPTIONS, version, extra].filter((part) => part !== undefined && part !== '');
  return { source, type: 'nfs', options: given.join(',') };
}

function inaccessible(target: StorageTarget, thrown: unknown): HeError {
  const isTimeout = /did not finish|timed out/i.test(messageOf(thrown));
  const { why, remedy } = mountProblem(messageOf(thrown), target);
  const code = isTimeout ? 'HE_STORAGE_TIMEOUT' : 'HE_STORAGE_UNREACHABLE';
  return cannotAccess(code, target, why, remedy, thrown);
}

/** It was mounted, and then it hung, or its server went away. */
function silent(target: StorageTarget, thrown: unknown): HeError {
  if (thrown instanceof HeError && thrown.code === 'HE_STORAGE_INVALID') return thrown;
  const isTimeout =
    (thrown instanceof HeError && thrown.code === 'HE_STORAGE_TIMEOUT') ||
    /did not finish/.test(messageOf(thrown));
  return cannotAccess(
    isTimeout ? 'HE_STORAGE_TIMEOUT' : 'HE_STORAGE_UNREACHABLE',
    target,
    isTimeout
      ? 'it was mounted, but does not answer'
      : `it was mounted, but fails: ${messageOf(thrown)}`,
    'check the storage server and the network to it',
    thrown,
  );
}
