// Builds the appliance image, or finds it in the cache.
//
// Invariants:
//   A1. The name of a cached image is the digest of everything that goes into it, so a changed
//       input never meets an old image and an unchanged one is never built twice.
//   A2. An image appears in the cache whole or not at all (written beside, synced, renamed). Two
//       builds at once do the same work twice and harm nobody.

import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdir, mkdtemp, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isErrno, type Log, type ProcessRunner } from '@hosted-engine/ports';
import {
  downloadPackages,
  type PackageFile,
  resolvePackages,
  unpackPackages,
} from './debian-packages.js';
import { writeDiskImage } from './disk-image.js';
import { bundleEngine, type EngineBundle } from './engine-bundle.js';
import { type GuestParts, kernelImage, makeInitramfs, makeRootTree } from './guest-tree.js';
import { KERNEL_COMMAND_LINE, LABELS, MODULES, PACKAGES, RECIPE_VERSION, SIZES } from './recipe.js';

export interface BuildOptions {
  /** Folder for images and downloaded packages; created if absent. */
  readonly cache: string;
  /** The `guest` folder of this package. */
  readonly guest: string;
  /** The Node program to put into the image. */
  readonly node: string;
}

export interface BuiltAppliance {
  /** The image in the cache; readers must not write to it. */
  readonly file: string;
  readonly digest: string;
  /** False when the cache had it already. */
  readonly isNew: boolean;
}

/** Makes sure that the cache holds the image of the present inputs. Rejects with HE_FAILED. */
export async function buildAppliance(
  runner: ProcessRunner,
  log: Log,
  options: BuildOptions,
): Promise<BuiltAppliance> {
  const packages = await resolveFresh(runner, log);
  const bundle = await bundleEngine();
  const digest = await digestOf(options, packages, bundle);
  const file = join(options.cache, `${digest}.raw`);
  if (await isThere(file)) return { file, digest, isNew: false };
  log.info('building the appliance image', { digest });
  const debs = join(options.cache, 'packages');
  await mkdir(options.cache, { recursive: true });
  await downloadPackages(runner, packages, debs);
  const work = await mkdtemp(join(options.cache, 'build-'));
  try {
    const parts: GuestParts = {
      kernel: join(work, 'kernel'),
      packages: join(work, 'packages'),
      guest: options.guest,
      node: options.node,
      bundle,
    };
    const tools = join(work, 'tools');
    const kernels = packages.map((entry) => entry.name).filter((name) => /^linux-/.test(name));
    await unpackPackages(runner, packages, kernels, debs, parts.kernel);
    await unpackPackages(runner, packages, PACKAGES.tools, debs, tools);
    await unpackPackages(runner, packages, PACKAGES.image, debs, parts.packages);
    const root = join(work, 'root');
    const scratch = join(work, 'scratch');
    await mkdir(root);
    await mkdir(scratch);
    await makeRootTree(runner, parts, root);
    const unfinished = join(work, 'disk.raw');
    await writeDiskImage(
      runner,
      {
        tools,
        kernelImage: await kernelImage(parts.kernel),
        initramfs: await makeInitramfs(parts),
        rootTree: root,
        scratch,
      },
      unfinished,
    );
    await publish(unfinished, file);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return { file, digest, isNew: true };
}

/** A machine that was never updated, or long ago, has no lists or old ones; root can help that. */
export async function resolveFresh(runner: ProcessRunner, log: Log): Promise<PackageFile[]> {
  try {
    return await resolvePackages(runner);
  } catch (error) {
    if (process.getuid?.() !== 0) throw error;
    log.info('fetching the lists of Debian packages');
    await runner.run('apt-get', ['update', '-qq'], { timeoutMs: 300_000 });
    return resolvePackages(runner);
  }
}

/** Copies an image, sparse and whole: beside the target first, then renamed over it. */
export async function copyImage(
  runner: ProcessRunner,
  from: string,
  target: string,
): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const beside = `${target}.${process.pid}.part`;
  try {
    const result = await runner.run('cp', ['--sparse=always', '--', from, beside], {
      timeoutMs: 300_000,
    });
    if (result.code !== 0) await copyFile(from, beside, constants.COPYFILE_FICLONE);
    await publish(beside, target);
  } finally {
    await rm(beside, { force: true });
  }
}

async function publish(from: string, target: string): Promise<void> {
  const handle = await open(from, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(from, target);
}

async function digestOf(
  options: BuildOptions,
  packages: readonly PackageFile[],
  bundle: EngineBundle,
): Promise<string> {
  const hash = createHash('sha256');
  const add = (name: string, content: Uint8Array | string): void => {
    hash.update(`${name}\0${content.length}\0`);
    hash.update(content);
  };
  const recipe = { RECIPE_VERSION, KERNEL_COMMAND_LINE, LABELS, MODULES, SIZES };
  add('recipe', JSON.stringify(recipe));
  for (const entry of packages) add(entry.file, entry.digest);
  const names = await readdir(options.guest, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name));
  for (const file of files.sort()) {
    add(file.slice(options.guest.length), await readFile(file));
  }
  add('node', await readFile(options.node));
  add('engine', bundle.program);
  add('database', bundle.nativeDatabase);
  return hash.digest('hex').slice(0, 32);
}

export async function isThere(file: string): Promise<boolean> {
  try {
    await (await open(file, 'r')).close();
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}
