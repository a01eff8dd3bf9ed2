// Files that must survive a power cut: written beside, synced, renamed, and the folder synced.

import { chown, mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isErrno } from '@hosted-engine/ports';

export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
}

/** Replaces `path` whole; when this returns, the content is on the disk. */
export async function writeDurable(
  path: string,
  content: string,
  options: { readonly mode: number; readonly owner?: FileOwner },
): Promise<void> {
  const beside = `${path}.new`;
  const handle = await open(beside, 'w', options.mode);
  try {
    await handle.chmod(options.mode);
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (options.owner !== undefined) await chown(beside, options.owner.uid, options.owner.gid);
  await rename(beside, path);
  await syncFolder(dirname(path));
}

/** Creates a folder if it is absent, with this mode and owner either way, durably. */
export async function makeFolder(path: string, mode: number, owner?: FileOwner): Promise<void> {
  await mkdir(path, { recursive: true, mode });
  const handle = await open(path, 'r');
  try {
    await handle.chmod(mode);
    if (owner !== undefined) await handle.chown(owner.uid, owner.gid);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncFolder(dirname(path));
}

/** The text of a file; undefined when there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
