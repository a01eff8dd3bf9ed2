// Fetches Debian packages by apt's own lists and unpacks them, without installing anything.

import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HeError, isErrno, type ProcessRunner } from '@hosted-engine/ports';
import { PACKAGES } from './recipe.js';

/** One package file as apt's lists describe it. */
export interface PackageFile {
  readonly name: string;
  /** File name as apt writes it, with the version in it. */
  readonly file: string;
  /** What apt verifies after the download, for example `SHA256:…`. */
  readonly digest: string;
}

const NO_LISTS = 'Run `apt-get update` as root, then build the appliance again.';

/** Names the newest candidates of everything that the recipe takes from Debian. */
export async function resolvePackages(runner: ProcessRunner): Promise<PackageFile[]> {
  const depends = await runner.run('apt-cache', ['depends', PACKAGES.kernelMeta]);
  const kernel = /Depends: (linux-image-\S+)/.exec(depends.stdout)?.[1];
  if (kernel === undefined) {
    throw new HeError('HE_FAILED', `apt knows no package ${PACKAGES.kernelMeta}`, {
      remedy: NO_LISTS,
    });
  }
  const names = [kernel, ...PACKAGES.tools, ...PACKAGES.image];
  const uris = await runner.run('apt-get', ['download', '--print-uris', ...names]);
  if (uris.code !== 0) {
    throw new HeError('HE_FAILED', `apt cannot name the packages: ${uris.stderr.trim()}`, {
      remedy: NO_LISTS,
    });
  }
  const files = parseUris(uris.stdout);
  for (const name of names) {
    if (!files.some((file) => file.name === name)) {
      throw new HeError('HE_FAILED', `apt has no package file for ${name}`, { remedy: NO_LISTS });
    }
  }
  return files;
}

/** Reads the lines `'URI' FILE SIZE DIGEST` of `apt-get download --print-uris`. */
export function parseUris(text: string): PackageFile[] {
  const files: PackageFile[] = [];
  for (const line of text.split('\n')) {
    const match = /^'[^']*' ((\S+?)_\S+\.deb) \d+ (\S+)$/.exec(line.trim());
    if (match?.[1] !== undefined && match[2] !== undefined && match[3] !== undefined) {
      files.push({ name: match[2], file: match[1], digest: match[3] });
    }
  }
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Downloads what is not in `folder` yet; apt checks the digests. A download happens in a folder of
 * its own and is renamed into place, so that two builds at once share `folder` safely.
 */
export async function downloadPackages(
  runner: ProcessRunner,
  files: readonly PackageFile[],
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const missing: PackageFile[] = [];
  for (const file of files) {
    if (!(await exists(join(folder, file.file)))) missing.push(file);
  }
  if (missing.length === 0) return;
  const scratch = await mkdtemp(join(folder, 'download-'));
  try {
    const result = await runner.run('apt-get', ['download', ...missing.map((file) => file.name)], {
      cwd: scratch,
      timeoutMs: 600_000,
    });
    if (result.code !== 0) {
      throw new HeError('HE_FAILED', `apt cannot download: ${result.stderr.trim()}`, {
        remedy: NO_LISTS,
      });
    }
    for (const file of missing) await rename(join(scratch, file.file), join(folder, file.file));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Unpacks the named packages' files over each other into `target`. */
export async function unpackPackages(
  runner: ProcessRunner,
  files: readonly PackageFile[],
  names: readonly string[],
  folder: string,
  target: string,
): Promise<void> {
  await mkdir(target, { recursive: true });
  for (const file of files.filter((candidate) => names.includes(candidate.name))) {
    const result = await runner.run('dpkg-deb', ['-x', join(folder, file.file), target]);
    if (result.code !== 0) {
      throw new HeError('HE_FAILED', `cannot unpack ${file.file}: ${result.stderr.trim()}`);
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}
