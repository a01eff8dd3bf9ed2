import { chmod, mkdir, mkdtemp, open, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HeError, messageOf, type ProcessRunner } from '@hosted-engine/ports';
import type { DiskImages } from '@hosted-engine/setup';
import { convertImage } from './convert-image.js';

/** An ISO 9660 or UDF image says what it is in its seventeenth sector. */
const DESCRIPTOR_AT = 16 * 2048;
const DESCRIPTORS = ['CD001', 'BEA01'];

export function createDiskImages(runner: ProcessRunner): DiskImages {
  return {
    inspect: (path) => inspect(runner, path),
    copyToVolume: async (image, volume, watch) => {
      const { format, virtualSize } = await inspect(runner, image);
      await convertImage(runner, image, volume, virtualSize, watch, format);
    },
    checkMedium,
    makeIso: (path, label, files) => makeIso(runner, path, label, files),
  };
}

/** QEMU opens the medium as a user of its own, on whose group nobody can rely: so everybody has to be able to. */
async function checkMedium(path: string): Promise<void> {
  const bad = (why: string): HeError =>
    new HeError('HE_ANSWER_INVALID', `the installation media ${path} cannot be used: ${why}`, {
      remedy:
        'give the path of an ISO image, or of a CD drive with a medium in it, as OVEHOSTED_VM/vmCDRom',
    });
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) throw bad('it does not exist');
  if (!stats.isFile() && !stats.isBlockDevice()) throw bad('it is neither file nor device');
  if (stats.isFile() && (stats.mode & 0o044) === 0) {
    throw bad('only its owner may read it, and QEMU has a user of its own: chmod 0644 it');
  }
  const closed = await closedFolder(path);
  if (closed !== undefined) {
    throw bad(`only the owner of ${closed} may look into it, and QEMU has a user of its own`);
  }
  const bytes = Buffer.alloc(6);
  const file = await open(path, 'r').catch((thrown: unknown) => {
    throw bad(messageOf(thrown));
  });
  try {
    await file.read(bytes, 0, bytes.length, DESCRIPTOR_AT);
  } catch (thrown) {
    throw bad(messageOf(thrown));
  } finally {
    await file.close();
  }
  if (!DESCRIPTORS.includes(bytes.toString('latin1', 1))) {
    throw bad('it holds no CD or DVD file system');
  }
}

/** A folder on the way to a file which nobody but its owner may enter, as `/root` is one. */
async function closedFolder(path: string): Promise<string | undefined> {
  let folder = dirname(await realpath(path));
  for (;;) {
    if (((await stat(folder)).mode & 0o011) === 0) return folder;
    if (folder === '/') return undefined;
    folder = dirname(folder);
  }
}

async function inspect(runner: ProcessRunner, path: string) {
  const bad = (why: string): HeError =>
    new HeError('HE_ANSWER_INVALID', `the disk image ${path} cannot be used: ${why}`, {
      remedy: 'give the path of a raw or qcow2 image as OVEHOSTED_VM/vmDiskImage',
    });
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) throw bad('it does not exist');
  if (!stats.isFile() && !stats.isBlockDevice()) throw bad('it is no file');
  if (stats.isFile() && stats.size === 0) throw bad('it is empty');
  const result = await runner.run('qemu-img', ['info', '--output=json', path]);
  if (result.code !== 0) throw bad(result.stderr.trim());
  const info = JSON.parse(result.stdout) as Readonly<Record<string, unknown>>;
  const format = info['format'];
  const virtualSize = info['virtual-size'];
  if (typeof format !== 'string' || typeof virtualSize !== 'number') throw bad('it has no size');
  // A backing file would be missing on every other host.
  if ('backing-filename' in info) throw bad('it depends on another image');
  return { format, virtualSize };
}

/** The files pass through a directory that nobody else can enter, never through arguments. */
async function makeIso(
  runner: ProcessRunner,
  path: string,
  label: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const directory = await mkdtemp(join(dirname(path), 'seed-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(directory, name), content, { mode: 0o600, flag: 'wx' });
    }
    // It exists with the right mode before the first byte is in it.
    await writeFile(path, '', { mode: 0o600, flag: 'wx' });
    const options = ['-output', path, '-volid', label, '-joliet', '-rock', directory];
    const result = await runIsoMaker(runner, options);
    if (result.code !== 0) {
      throw new HeError('HE_FAILED', `cannot make the seed disk: ${result.stderr.trim()}`);
    }
    await chmod(path, 0o600);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function runIsoMaker(runner: ProcessRunner, options: readonly string[]) {
  try {
    return await runner.run('xorriso', ['-as', 'mkisofs', '-quiet', ...options]);
  } catch (thrown) {
    if (!(thrown instanceof HeError) || thrown.code !== 'HE_FAILED') throw thrown;
    return runner.run('genisoimage', ['-quiet', ...options]);
  }
}
