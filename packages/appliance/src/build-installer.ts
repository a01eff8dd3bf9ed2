// Kernel and initramfs of a network installation: what a boot server hands out, so that a VM with an empty disk
// gets an appliance's image over HTTP (guest/installer/init).

import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log, ProcessRunner } from '@hosted-engine/ports';
import { type BuildOptions, isThere, resolveFresh } from './build-appliance.js';
import { downloadPackages, unpackPackages } from './debian-packages.js';
import { kernelImage, makeInstallerInitramfs } from './guest-tree.js';
import { KERNEL_COMMAND_LINE, MODULES, RECIPE_VERSION } from './recipe.js';

export interface Installer {
  readonly kernel: string;
  readonly initramfs: string;
  /** To be completed by `he.source=URL`. */
  readonly commandLine: string;
}

/** Makes sure that the cache holds the installer of the present inputs (A1 and A2 of build-appliance.ts). */
export async function buildInstaller(
  runner: ProcessRunner,
  log: Log,
  options: Pick<BuildOptions, 'cache' | 'guest'>,
): Promise<Installer> {
  const packages = (await resolveFresh(runner, log)).filter(
    ({ name }) => /^linux-/.test(name) || name === 'busybox-static',
  );
  const hash = createHash('sha256');
  const modules = [...MODULES.disk, ...MODULES.installer];
  hash.update(JSON.stringify({ RECIPE_VERSION, modules, packages }));
  for (const name of ['init', 'udhcpc.script']) {
    hash.update(await readFile(join(options.guest, 'installer', name)));
  }
  const folder = join(options.cache, `${hash.digest('hex').slice(0, 32)}.installer`);
  const installer = {
    kernel: join(folder, 'vmlinuz'),
    initramfs: join(folder, 'initrd.img'),
    commandLine: KERNEL_COMMAND_LINE,
  };
  if (await isThere(installer.kernel)) return installer;
  log.info('building the installer');
  const debs = join(options.cache, 'packages');
  await mkdir(options.cache, { recursive: true });
  await downloadPackages(runner, packages, debs);
  const work = await mkdtemp(join(options.cache, 'installer-'));
  try {
    const parts = {
      kernel: join(work, 'kernel'),
      packages: join(work, 'packages'),
      guest: options.guest,
    };
    const names = packages.map(({ name }) => name);
    const kernels = names.filter((name) => name !== 'busybox-static');
    await unpackPackages(runner, packages, kernels, debs, parts.kernel);
    await unpackPackages(runner, packages, ['busybox-static'], debs, parts.packages);
    const made = join(work, 'made');
    await mkdir(made);
    await copyFile(await kernelImage(parts.kernel), join(made, 'vmlinuz'));
    await writeFile(join(made, 'initrd.img'), await makeInstallerInitramfs(parts));
    // Another build may have been faster; what it made is the same.
    await rename(made, folder).catch(async (thrown: unknown) => {
      if (!(await isThere(installer.kernel))) throw thrown;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return installer;
}
