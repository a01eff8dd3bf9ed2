import { chown, lstat, mkdir, open, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isErrno, notPermitted } from '@hosted-engine/ports/errno';
import { HeError, messageOf } from '@hosted-engine/ports/he-error';
import type { FileMode, HostFiles } from '@hosted-engine/setup';

/** Files of this host by the node:fs calls; `root` is put before every path, for tests. */
export function createHostFiles(root = ''): HostFiles {
  const at = (path: string): string => (root === '' ? path : join(root, path));
  return {
    read: (path) => orAbsent(() => readFile(at(path))),
    modeOf: async (path) => {
      const stats = await orAbsent(() => stat(at(path)));
      return stats === undefined ? undefined : stats.mode & 0o7777;
    },
    write: (path, bytes, mode) => writeAtomically(at(path), bytes, mode),
    overwrite: (path, bytes, offset) => overwrite(at(path), bytes, offset),
    link: async (path, target, owner) => {
      const directory = dirname(at(path));
      const isNew = (await mkdir(directory, { recursive: true, mode: 0o755 })) !== undefined;
      if (isNew) await chown(directory, owner.uid, owner.gid);
      await rm(at(path), { force: true });
      await symlink(target, at(path));
    },
    remove: (path) => rm(at(path), { force: true }),
    removeTree: (path) => rm(at(path), { force: true, recursive: true }),
  };
}

async function orAbsent<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (thrown) {
    if (isErrno(thrown, 'ENOENT')) return undefined;
    if (isErrno(thrown, 'EACCES')) throw notPermitted(thrown);
    throw new HeError('HE_FAILED', messageOf(thrown), { cause: thrown });
  }
}

/** A new file beside the old one, renamed over it once it is on disk. */
async function writeAtomically(path: string, bytes: Uint8Array, mode: FileMode): Promise<void> {
  const directory = dirname(path);
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const temporary = join(directory, `.${process.pid}-${process.hrtime.bigint()}.new`);
  // Nobody else may read it before it has its owner.
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    if (mode.uid !== undefined || mode.gid !== undefined) {
      await file.chown(mode.uid ?? 0, mode.gid ?? 0);
    }
    await file.chmod(mode.mode);
    await file.sync();
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  } finally {
    await file.close();
  }
}

async function overwrite(path: string, bytes: Uint8Array, offset: number): Promise<void> {
  const stats = await lstat(path).catch((cause: unknown) => {
    throw new HeError('HE_STORAGE_UNREACHABLE', `cannot write ${path}: ${messageOf(cause)}`, {
      cause,
    });
  });
  if (stats.isFile() && offset + bytes.length > stats.size) {
    throw new HeError('HE_STORAGE_INVALID', `${path} is too small for what belongs into it`);
  }
  const file = await open(path, 'r+');
  try {
    await file.write(bytes, 0, bytes.length, offset);
    await file.sync();
  } finally {
    await file.close();
  }
}
