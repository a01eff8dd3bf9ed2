// Files of the running host (/proc, /sys, /etc), under a root that tests can set.

import { readdir, readFile, readlink, statfs } from 'node:fs/promises';
import { join } from 'node:path';

export interface HostFiles {
  /** Undefined when it cannot be read: such a fact is not known, and shown as empty. */
  text(path: string): Promise<string | undefined>;
  names(dir: string): Promise<readonly string[]>;
  linkTarget(path: string): Promise<string | undefined>;
  /** Free MiB of the file system that holds `path`. */
  freeMiB(path: string): Promise<number | undefined>;
}

export function createHostFiles(root = '/'): HostFiles {
  const at = (path: string) => join(root, path);
  return {
    text: (path) => known(readFile(at(path), 'utf8')),
    names: async (dir) => (await known(readdir(at(dir)))) ?? [],
    linkTarget: (path) => known(readlink(at(path))),
    freeMiB: async (path) => {
      const stats = await known(statfs(at(path)));
      return stats === undefined ? undefined : Math.floor((stats.bavail * stats.bsize) / 2 ** 20);
    },
  };
}

async function known<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch {
    return undefined;
  }
}
