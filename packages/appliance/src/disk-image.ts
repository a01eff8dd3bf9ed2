// Writes the raw disk: boot record, FAT partition with syslinux and the kernel, root and data file
// systems. Works as any user and mounts nothing.

import { mkdir, open, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeError, type ProcessOptions, type ProcessRunner } from '@hosted-engine/ports';
import {
  diskSize,
  masterBootRecord,
  type Partition,
  placePartitions,
  SECTOR_SIZE,
  TYPE_FAT16_LBA,
  TYPE_LINUX,
} from './partition-table.js';
import { KERNEL_COMMAND_LINE, LABELS, SIZES } from './recipe.js';

export interface DiskParts {
  /** Unpacked packages with syslinux and mtools. */
  readonly tools: string;
  readonly kernelImage: string;
  readonly initramfs: Uint8Array;
  /** Folder that becomes the root file system. */
  readonly rootTree: string;
  /** An empty folder for files in between. */
  readonly scratch: string;
}

/** Any constant will do: firmware and kernel only want it to be there. */
const DISK_SIGNATURE = 0x48454e47;

/** Writes the image to `file`, sparse. */
export async function writeDiskImage(
  runner: ProcessRunner,
  parts: DiskParts,
  file: string,
): Promise<void> {
  const partitions = placePartitions([
    { type: TYPE_FAT16_LBA, active: true, size: SIZES.boot },
    { type: TYPE_LINUX, active: false, size: SIZES.root },
    { type: TYPE_LINUX, active: false, size: SIZES.data },
  ]);
  const [boot, root, data] = partitions;
  if (boot === undefined || root === undefined || data === undefined) {
    throw new RangeError('three partitions expected');
  }
  const bootCode = await readFile(join(parts.tools, 'usr/lib/syslinux/mbr/mbr.bin'));
  const handle = await open(file, 'w', 0o644);
  try {
    await handle.write(masterBootRecord(bootCode, DISK_SIGNATURE, partitions), 0, SECTOR_SIZE, 0);
    await handle.truncate(diskSize(partitions));
  } finally {
    await handle.close();
  }
  await writeBootPartition(runner, parts, file, boot);
  await writeExt4(runner, file, root, ['-L', LABELS.root, '-O', '^has_journal', '-m', '0'], {
    tree: parts.rootTree,
  });
  if (process.getuid?.() !== 0) await ownByRoot(runner, file, root, parts);
  // Everything is laid out now: a file system that is finished later costs writes at first boot.
  await writeExt4(runner, file, data, ['-L', LABELS.data, '-m', '0'], {});
}

async function writeBootPartition(
  runner: ProcessRunner,
  parts: DiskParts,
  file: string,
  boot: Partition,
): Promise<void> {
  const bin = join(parts.scratch, 'bin');
  await mkdir(bin, { recursive: true });
  for (const name of ['mcopy', 'mformat', 'mattrib', 'mmove']) {
    await symlink(join(parts.tools, 'usr/bin/mtools'), join(bin, name));
  }
  const env = {
    PATH: `${bin}:/usr/sbin:/usr/bin:/sbin:/bin`,
    MTOOLS_SKIP_CHECK: '1',
    LC_ALL: 'C.UTF-8',
  };
  const run = (command: string, args: readonly string[]) => must(runner, command, args, { env });
  const drive = `${file}@@${boot.offset}`;
  const sectors = boot.size / SECTOR_SIZE;
  await run(join(bin, 'mformat'), [
    ...['-i', drive, '-v', LABELS.boot, '-T', String(sectors), '-h', '255', '-s', '63'],
    ...['-H', String(boot.offset / SECTOR_SIZE), '-N', '48450001', '::'],
  ]);
  const initramfs = join(parts.scratch, 'initrd.img');
  await writeFile(initramfs, parts.initramfs);
  const config = join(parts.scratch, 'syslinux.cfg');
  await writeFile(
    config,
    `DEFAULT he\nPROMPT 0\nTIMEOUT 0\nLABEL he\n  LINUX vmlinuz\n  INITRD initrd.img\n  APPEND ${KERNEL_COMMAND_LINE}\n`,
  );
  for (const [from, to] of [
    [parts.kernelImage, 'vmlinuz'],
    [initramfs, 'initrd.img'],
    [config, 'syslinux.cfg'],
  ] as const) {
    await run(join(bin, 'mcopy'), ['-i', drive, from, `::${to}`]);
  }
  await run(join(parts.tools, 'usr/bin/syslinux'), ['-i', '-t', String(boot.offset), file]);
}

async function writeExt4(
  runner: ProcessRunner,
  file: string,
  partition: Partition,
  options: readonly string[],
  source: { readonly tree?: string },
): Promise<void> {
  const extended = `offset=${partition.offset},root_owner=0:0,lazy_itable_init=0,nodiscard`;
  await must(runner, '/sbin/mke2fs', [
    ...['-q', '-F', '-t', 'ext4', '-b', '4096', ...options, '-E', extended],
    ...(source.tree === undefined ? [] : ['-d', source.tree]),
    ...[file, `${partition.size / 1024}k`],
  ]);
}

/** mke2fs copies the owners of the tree; a build by an ordinary user corrects them afterwards. */
async function ownByRoot(
  runner: ProcessRunner,
  file: string,
  partition: Partition,
  parts: DiskParts,
): Promise<void> {
  const names = await readdir(parts.rootTree, { recursive: true });
  const commands = names.flatMap((name) => [
    `set_inode_field "/${name}" uid 0`,
    `set_inode_field "/${name}" gid 0`,
  ]);
  const script = join(parts.scratch, 'owners.debugfs');
  await writeFile(script, `${commands.join('\n')}\n`);
  const image = `${file}?offset=${partition.offset}`;
  await must(runner, '/sbin/debugfs', ['-w', '-f', script, image]);
}

async function must(
  runner: ProcessRunner,
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<void> {
  const result = await runner.run(command, args, { timeoutMs: 300_000, ...options });
  if (result.code !== 0) {
    const said = (result.stderr || result.stdout).trim();
    throw new HeError('HE_FAILED', `${command} failed (exit code ${result.code}): ${said}`);
  }
}
