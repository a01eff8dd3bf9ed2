import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeError, messageOf } from '@hosted-engine/ports';
import { isErrno } from '@hosted-engine/ports/errno';
import type { FoundDomain, FoundVolume } from '@hosted-engine/setup';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The storage domains below a mounted directory, as VDSM finds them: `<uuid>/dom_md/metadata`. */
export async function readDomains(mount: string): Promise<FoundDomain[]> {
  const domains: FoundDomain[] = [];
  for (const sdUUID of (await names(mount)).filter((name) => UUID.test(name))) {
    // A directory without metadata is of a domain that was never finished, or is being removed.
    const metadata = (await settingsOf(join(mount, sdUUID, 'dom_md', 'metadata'))) ?? {};
    domains.push({ sdUUID, metadata, volumes: await readVolumes(join(mount, sdUUID, 'images')) });
  }
  return domains;
}

async function readVolumes(images: string): Promise<FoundVolume[]> {
  const volumes: FoundVolume[] = [];
  for (const imageUUID of (await names(images)).filter((name) => UUID.test(name))) {
    const files = await names(join(images, imageUUID));
    for (const file of files.filter((name) => name.endsWith('.meta'))) {
      const settings = await settingsOf(join(images, imageUUID, file));
      if (settings === undefined) continue;
      volumes.push({
        imageUUID,
        volumeUUID: file.slice(0, -'.meta'.length),
        description: settings['DESCRIPTION'] ?? '',
        diskType: settings['DISKTYPE'] ?? '',
      });
    }
  }
  return volumes;
}

async function names(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch (thrown) {
    if (isErrno(thrown, 'ENOENT', 'ENOTDIR')) return [];
    throw unreadable(directory, thrown);
  }
}

async function settingsOf(path: string): Promise<Record<string, string> | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    if (isErrno(thrown, 'ENOENT', 'ENOTDIR')) return undefined;
    throw unreadable(path, thrown);
  }
  const lines = text.replace(/\0+$/, '').split('\n');
  return Object.fromEntries(
    lines
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

/** Up to `length` bytes; fewer at the end of the file. */
export async function readPart(path: string, offset: number, length: number): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      const buffer = Buffer.alloc(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await file.read(buffer, filled, length - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return new Uint8Array(buffer.subarray(0, filled));
    } finally {
      await file.close();
    }
  } catch (thrown) {
    throw unreadable(path, thrown);
  }
}

function unreadable(path: string, cause: unknown): HeError {
  return new HeError('HE_STORAGE_UNREACHABLE', `cannot read ${path}: ${messageOf(cause)}`, {
    remedy: 'check that the path exists and the storage answers',
    cause,
  });
}
