import { mkdtemp, rmdir, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
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
import type { StorageProbe, StorageTarget, StorageView } from '@hosted-engine/setup';
import { readDomains, readPart } from './domain-directory.js';

/** Storage that needs longer to answer one question is not fit to carry leases. */
const DEADLINE_MS = 30_000;
/** vdsm:kvm, who has to live with the permissions found here. */
const AS_VDSM = ['--reuid=36', '--regid=36', '--clear-groups'] as const;
const NFS_OPTIONS = 'soft,retry=1,nosharecache,timeo=100,retrans=3';

export interface StorageProbeOptions {
  readonly mounts: Mounts;
  readonly runner: ProcessRunner;
  readonly clock: Clock;
}

export function createStorageProbe(options: StorageProbeOptions): StorageProbe {
  return { open: (target) => openView(options, target) };
}

async function openView(options: StorageProbeOptions, target: StorageTarget): Promise<StorageView> {
  const { mounts, clock } = options;
  await requireSource(target);
  const directory = await mkdtemp(join(tmpdir(), 'hosted-engine-storage-'));
  try {
    await mounts.mount({ ...mountSpec(target), target: directory });
  } catch (thrown) {
    await rmdir(directory);
    throw inaccessible(target, thrown);
  }
  const storage = new OneAtATime(clock);
  const guard = <T>(what: string, action: () => Promise<T>): Promise<T> =>
    storage.run(`${target.connection}: ${what}`, DEADLINE_MS, action);
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await mounts.unmount(directory).catch(() => mounts.unmount(directory, { lazy: true }));
    await rmdir(directory);
  };
  try {
    await requireAccess(options, target, directory);
    const { bsize, bavail } = await guard('free space', () => statfs(directory));
    return {
      freeBytes: bsize * bavail,
      domains: () => guard('storage domains', () => readDomains(directory)),
      read: (path, offset, length) =>
        guard(path, () => readPart(join(directory, path), offset, length)),
      checkWritable: () => requireWrite(options, target, directory),
      close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** The kernel's own message for a missing directory speaks of mounts; people gave a path. */
async function requireSource(target: StorageTarget): Promise<void> {
  if (!target.connection.startsWith('/')) return;
  const stats = await stat(target.connection).catch(() => undefined);
  if (stats !== undefined) return;
  throw new HeError(
    'HE_STORAGE_UNREACHABLE',
    `Cannot access storage connection ${target.connection}: it does not exist`,
    { remedy: 'check OVEHOSTED_STORAGE/storageDomainConnection' },
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

async function requireAccess(
  { runner }: StorageProbeOptions,
  target: StorageTarget,
  directory: string,
): Promise<void> {
  for (const [option, right] of [
    ['-r', 'read'],
    ['-w', 'write'],
    ['-x', 'enter'],
  ] as const) {
    const args = [...AS_VDSM, 'test', option, directory];
    if ((await runner.run('setpriv', args, { timeoutMs: DEADLINE_MS })).code === 0) continue;
    throw refused(target, `user vdsm (36), group kvm (36) may not ${right} it`);
  }
}

async function requireWrite(
  { runner }: StorageProbeOptions,
  target: StorageTarget,
  directory: string,
): Promise<void> {
  const template = join(directory, '.hosted-engine-probe-XXXXXX');
  const options = { timeoutMs: DEADLINE_MS };
  const made = await runner.run('setpriv', [...AS_VDSM, 'mktemp', template], options);
  if (made.code !== 0) throw refused(target, `a file cannot be made: ${made.stderr.trim()}`);
  const path = made.stdout.trim();
  const removed = await runner.run('setpriv', [...AS_VDSM, 'rm', '-f', path], options);
  if (removed.code === 0) return;
  throw refused(target, `a file cannot be removed: ${removed.stderr.trim()}`);
}

function refused(target: StorageTarget, why: string): HeError {
  return new HeError(
    'HE_STORAGE_INVALID',
    `Cannot access storage connection ${target.connection}: ${why}`,
    { remedy: 'on the storage server: chown 36:36 and chmod 0755 the exported directory' },
  );
}

function inaccessible(target: StorageTarget, thrown: unknown): HeError {
  const code = thrown instanceof HeError ? thrown.code : 'HE_STORAGE_UNREACHABLE';
  return new HeError(
    code,
    `Cannot access storage connection ${target.connection}: ${messageOf(thrown)}`,
    { remedy: 'check the server, the path and the mount options', cause: thrown },
  );
}
