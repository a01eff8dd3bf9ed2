import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from './lab.js';
import { runOrThrow } from './proc/run.js';

const ISOLINUX = '/usr/lib/ISOLINUX/isolinux.bin';
const LDLINUX = '/usr/lib/syslinux/modules/bios/ldlinux.c32';
/** El Torito as isolinux wants it: it loads itself, and is told where it lies. */
const BOOTABLE = [
  ...['-eltorito-boot', 'isolinux.bin', '-eltorito-catalog', 'boot.cat'],
  ...['-no-emul-boot', '-boot-load-size', '4', '-boot-info-table'],
];

/**
 * A CD that installs what the lab's boot server has, as a network installation CD does.
 * The boot folder has to be filled before.
 */
export async function makeInstallationCd(
  lab: Lab,
  commandLine: string,
  path: string,
): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'lab-cd-'));
  try {
    copyFileSync(ISOLINUX, join(work, 'isolinux.bin'));
    copyFileSync(LDLINUX, join(work, 'ldlinux.c32'));
    for (const name of ['vmlinuz', 'initrd.img']) {
      copyFileSync(join(lab.paths.boot, name), join(work, name));
    }
    writeFileSync(
      join(work, 'isolinux.cfg'),
      [
        'default install',
        'label install',
        '  kernel vmlinuz',
        '  initrd initrd.img',
        `  append ${commandLine}`,
        '',
      ].join('\n'),
    );
    const options = ['-quiet', '-output', path, '-volid', 'INSTALL', ...BOOTABLE];
    await runOrThrow('xorriso', ['-as', 'mkisofs', ...options, work]);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
