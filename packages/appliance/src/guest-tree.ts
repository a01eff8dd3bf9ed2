// Lays out the guest's root file system and initramfs from their parts. Everything in the root is
// owned by root and never written at run time; what changes lives on the data partition.

import {
  chmod,
  copyFile,
  cp,
  mkdir,
  readdir,
  readFile,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { basename, join } from 'node:path';
import { HeError, type ProcessRunner } from '@hosted-engine/ports';
import { type CpioEntry, writeCpio } from './cpio.js';
import type { EngineBundle } from './engine-bundle.js';
import { withoutSignature } from './kernel-module.js';
import { MODULES } from './recipe.js';

/** Where the parts come from; all absolute paths. */
export interface GuestParts {
  /** The unpacked kernel package. */
  readonly kernel: string;
  /** The unpacked packages whose files go into the image. */
  readonly packages: string;
  /** The `guest` folder of this package. */
  readonly guest: string;
  /** The Node program of this machine. */
  readonly node: string;
  readonly bundle: EngineBundle;
}

const MOUNT_POINTS = ['data', 'dev', 'proc', 'run', 'sys', 'tmp', 'root'];

/** The accounts that the engine, once the seed is applied, and HAProxy run as. */
const PASSWD = `root:x:0:0:root:/root:/bin/sh
engine:x:108:108:hosted engine:/data/engine:/bin/false
haproxy:x:109:109:port 80:/run:/bin/false
`;
const GROUP = 'root:x:0:\nengine:x:108:\nhaproxy:x:109:\n';
/** No password opens any account: the console shows, the guest agent acts. */
const SHADOW = ['root', 'engine', 'haproxy']
  .map((name) => `${name}:*:19000:0:99999:7:::\n`)
  .join('');
const PROGRAMS = ['usr/sbin/haproxy', 'usr/sbin/qemu-ga'];

/** Fills the empty folder `root` with the guest's root file system. */
export async function makeRootTree(
  runner: ProcessRunner,
  parts: GuestParts,
  root: string,
): Promise<void> {
  for (const folder of [
    ...MOUNT_POINTS,
    'bin',
    'sbin',
    'etc',
    'var/empty',
    'usr/bin',
    'usr/sbin',
  ]) {
    await mkdir(join(root, folder), { recursive: true });
  }
  await installBusybox(runner, parts, root);
  await cp(join(parts.guest, 'root'), root, { recursive: true });
  await makeExecutable(root, ['sbin', 'etc/init.d', 'etc/acpi/PWRF', 'usr/share/udhcpc']);
  await installProgram(runner, parts, parts.node, root, 'usr/bin/node');
  for (const program of PROGRAMS) {
    await installProgram(runner, parts, join(parts.packages, program), root, program);
  }
  await copyFile(join(parts.packages, 'sbin/e2fsck.static'), join(root, 'sbin/e2fsck.static'));
  await chmod(join(root, 'sbin/e2fsck.static'), 0o755);
  await installModules(parts.kernel, root);
  await mkdir(join(root, 'usr/lib/engine'), { recursive: true });
  await writeFile(join(root, 'usr/lib/engine/engine.cjs'), parts.bundle.program);
  await writeFile(join(root, 'usr/lib/engine/engine.cache'), parts.bundle.compiled);
  await writeFile(join(root, 'usr/lib/engine/better_sqlite3.node'), parts.bundle.nativeDatabase);
  await writeSettings(root);
}

async function writeSettings(root: string): Promise<void> {
  await writeFile(join(root, 'etc/passwd'), PASSWD);
  await writeFile(join(root, 'etc/group'), GROUP);
  await writeFile(join(root, 'etc/shadow'), SHADOW, { mode: 0o600 });
  await writeFile(join(root, 'etc/hosts'), '127.0.0.1 localhost\n::1 localhost\n');
  await writeFile(join(root, 'etc/nsswitch.conf'), 'hosts: files dns\n');
  await symlink('/run/resolv.conf', join(root, 'etc/resolv.conf'));
  await symlink('/proc/mounts', join(root, 'etc/mtab'));
  await symlink('/data/log', join(root, 'var/log'));
  await symlink('/run', join(root, 'var/run'));
}

async function installBusybox(
  runner: ProcessRunner,
  parts: GuestParts,
  root: string,
): Promise<void> {
  const busybox = join(parts.packages, 'bin/busybox');
  await copyFile(busybox, join(root, 'bin/busybox'));
  await chmod(join(root, 'bin/busybox'), 0o755);
  const list = await runner.run(busybox, ['--list']);
  for (const applet of list.stdout.split('\n').filter((name) => /^[\w.[-]+$/.test(name))) {
    if (applet !== 'busybox' && applet !== 'init') {
      await symlink('busybox', join(root, 'bin', applet));
    }
  }
  await symlink('/bin/busybox', join(root, 'sbin/init'));
}

/** Copies a program and the shared libraries that the loader finds for it. */
async function installProgram(
  runner: ProcessRunner,
  parts: GuestParts,
  program: string,
  root: string,
  target: string,
): Promise<void> {
  await copyFile(program, join(root, target));
  await chmod(join(root, target), 0o755);
  const own = ['lib', 'usr/lib'].map((folder) => join(parts.packages, folder, 'x86_64-linux-gnu'));
  const result = await runner.run('ldd', [program], { env: { LD_LIBRARY_PATH: own.join(':') } });
  for (const library of parseLdd(result.stdout, program)) {
    const name = basename(library);
    const inGuest = name.startsWith('ld-linux') ? 'lib64' : 'lib/x86_64-linux-gnu';
    await mkdir(join(root, inGuest), { recursive: true });
    await copyFile(library, join(root, inGuest, name));
    await chmod(join(root, inGuest, name), 0o755);
  }
}

/** Paths of the libraries in the output of `ldd`. Rejects one that was not found. */
export function parseLdd(text: string, program: string): string[] {
  const paths: string[] = [];
  for (const line of text.split('\n')) {
    if (line.includes('not found')) {
      throw new HeError('HE_FAILED', `${program} needs ${line.trim()}`, {
        remedy: 'Install the Debian package that has this library.',
      });
    }
    const path = /(\/\S+) \(0x/.exec(line)?.[1];
    if (path !== undefined) paths.push(path);
  }
  return paths;
}

async function installModules(kernel: string, root: string): Promise<void> {
  await mkdir(join(root, 'lib/modules'), { recursive: true });
  const files = await moduleFiles(kernel);
  for (const list of ['net', 'late', 'seed'] as const) {
    for (const module of MODULES[list]) {
      const data = withoutSignature(await readFile(fileOf(files, module)));
      await writeFile(join(root, 'lib/modules', `${module}.ko`), data);
    }
    await writeFile(join(root, `etc/modules.${list}`), `${MODULES[list].join('\n')}\n`);
  }
}

/** The initramfs: busybox, the disk's drivers and one script. */
export function makeInitramfs(parts: GuestParts): Promise<Uint8Array> {
  return initramfs(parts, MODULES.disk, { init: 'initramfs/init' });
}

/** The same for a network installation, which needs the network card too. */
export function makeInstallerInitramfs(
  parts: Pick<GuestParts, 'kernel' | 'packages' | 'guest'>,
): Promise<Uint8Array> {
  return initramfs(parts, [...MODULES.disk, ...MODULES.installer], {
    init: 'installer/init',
    'udhcpc.script': 'installer/udhcpc.script',
  });
}

async function initramfs(
  parts: Pick<GuestParts, 'kernel' | 'packages' | 'guest'>,
  modules: readonly string[],
  scripts: Readonly<Record<string, string>>,
): Promise<Uint8Array> {
  const files = await moduleFiles(parts.kernel);
  const busybox = await readFile(join(parts.packages, 'bin/busybox'));
  const entries: CpioEntry[] = [];
  for (const name of ['bin', 'dev', 'modules', 'proc', 'root', 'sys']) {
    entries.push({ kind: 'directory', name });
  }
  entries.push({ kind: 'character-device', name: 'dev/console', major: 5, minor: 1 });
  entries.push({ kind: 'file', name: 'bin/busybox', data: busybox, executable: true });
  for (const [name, source] of Object.entries(scripts)) {
    const data = await readFile(join(parts.guest, source));
    entries.push({ kind: 'file', name, data, executable: true });
  }
  const list = Buffer.from(`${modules.join('\n')}\n`);
  entries.push({ kind: 'file', name: 'modules.list', data: list, executable: false });
  for (const module of modules) {
    const data = withoutSignature(await readFile(fileOf(files, module)));
    entries.push({ kind: 'file', name: `modules/${module}.ko`, data, executable: false });
  }
  return writeCpio(entries);
}

async function moduleFiles(kernel: string): Promise<ReadonlyMap<string, string>> {
  const base = join(kernel, 'lib/modules');
  const files = new Map<string, string>();
  for (const entry of await readdir(base, { recursive: true })) {
    if (entry.endsWith('.ko')) files.set(basename(entry, '.ko'), join(base, entry));
  }
  return files;
}

function fileOf(files: ReadonlyMap<string, string>, module: string): string {
  const file = files.get(module);
  if (file === undefined) {
    throw new HeError('HE_FAILED', `the kernel package has no module ${module}`);
  }
  return file;
}

/** The kernel image in the unpacked package. */
export async function kernelImage(kernel: string): Promise<string> {
  const name = (await readdir(join(kernel, 'boot'))).find((file) => file.startsWith('vmlinuz-'));
  if (name === undefined) throw new HeError('HE_FAILED', 'the kernel package has no vmlinuz');
  return join(kernel, 'boot', name);
}

/** A checkout may have lost the executable bits on its way; the guest must not. */
async function makeExecutable(root: string, folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      if (entry.isFile()) await chmod(join(root, folder, entry.name), 0o755);
    }
  }
}
