// Brings the disk of an appliance onto the engine's volume: from where it lies in the archive when it is not
// compressed; a compressed raw disk as it is unpacked; any other by way of a file that is removed again.

import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TAR_BLOCK_SIZE } from '@hosted-engine/formats';
import { HeError, messageOf, type ProcessRunner } from '@hosted-engine/ports';
import type { ApplianceDisk, CopyWatch } from '@hosted-engine/setup';
import { convertImage } from '../convert-image.js';
import { archiveMembers, unzipped } from './archive.js';
import { isInPlace } from './inspect.js';

const PIECE_SIZE = 1024 * 1024;
const ZEROS = Buffer.alloc(PIECE_SIZE);

export async function copyDisk(
  runner: ProcessRunner,
  disk: ApplianceDisk,
  volume: string,
  scratch: string,
  watch: CopyWatch,
): Promise<void> {
  if (isInPlace({ disk })) {
    await convertImage(runner, sourceOf(disk), volume, disk.virtualSize, watch);
    return;
  }
  if (disk.format === 'raw') {
    const onBytes = (done: number): void => watch.onProgress(done, disk.virtualSize);
    await unpack(disk, volume, 'r+', watch, onBytes);
    return;
  }
  const folder = await mkdtemp(join(scratch, 'hosted-engine-appliance-'));
  try {
    const file = join(folder, 'disk');
    // Unpacking and converting take about as long: each is half of the way.
    const { onProgress } = watch;
    await unpack(disk, file, 'wx', watch, (done) => onProgress(done, disk.storedSize * 2));
    const source = JSON.stringify({
      driver: disk.format,
      file: { driver: 'file', filename: file },
    });
    await convertImage(runner, `json:${source}`, volume, disk.virtualSize, {
      ...watch,
      onProgress: (done, total) => onProgress(total + done, total * 2),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** QEMU's name for a piece of a file. It reads whole sectors: an archive pads its members to them. */
function sourceOf({ format, path, member, offset = 0, storedSize }: ApplianceDisk): string {
  const whole = { driver: 'file', filename: path };
  const size = Math.ceil(storedSize / TAR_BLOCK_SIZE) * TAR_BLOCK_SIZE;
  const piece = member === undefined ? whole : { driver: 'raw', offset, size, file: whole };
  const isPlain = format === 'raw' && member !== undefined;
  return `json:${JSON.stringify(isPlain ? piece : { driver: format, file: piece })}`;
}

async function unpack(
  disk: ApplianceDisk,
  target: string,
  flags: 'r+' | 'wx',
  { signal }: CopyWatch,
  onBytes: (done: number) => void,
): Promise<void> {
  const handle = await open(target, flags, 0o600);
  let at = 0;
  try {
    for await (const piece of pieces(contentOf(disk, signal))) {
      signal.throwIfAborted();
      if (!isZero(piece)) await handle.write(piece, 0, piece.length, at);
      at += piece.length;
      onBytes(at);
    }
    if (flags === 'wx') await handle.truncate(at);
    await handle.sync();
  } catch (thrown) {
    if (signal.aborted) throw new HeError('HE_ABORTED', 'aborted', { cause: thrown });
    throw new HeError('HE_FAILED', `cannot unpack the disk of ${disk.path}: ${messageOf(thrown)}`, {
      remedy: 'check the free space, and that the appliance has not changed meanwhile',
      cause: thrown,
    });
  } finally {
    await handle.close();
  }
}

async function* contentOf(disk: ApplianceDisk, signal: AbortSignal): AsyncGenerator<Buffer, void> {
  if (disk.member === undefined) {
    const file = createReadStream(disk.path, { signal }) as AsyncIterable<Buffer>;
    yield* disk.isGzip ? unzipped(file) : file;
    return;
  }
  for await (const member of archiveMembers(disk.path, { signal })) {
    if (member.name !== disk.member) continue;
    yield* disk.isGzip ? unzipped(member.content) : member.content;
    return;
  }
  throw new Error(`${disk.member} is no longer in it`);
}

/** In pieces of one size, so that long runs of zeros are seen. */
async function* pieces(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  let kept: Buffer[] = [];
  let size = 0;
  for await (const chunk of source) {
    kept.push(chunk);
    size += chunk.length;
    if (size < PIECE_SIZE) continue;
    const all = Buffer.concat(kept);
    const whole = all.length - (all.length % PIECE_SIZE);
    for (let at = 0; at < whole; at += PIECE_SIZE) yield all.subarray(at, at + PIECE_SIZE);
    kept = [all.subarray(whole)];
    size = all.length - whole;
  }
  if (size > 0) yield Buffer.concat(kept);
}

function isZero(piece: Buffer): boolean {
  return piece.equals(ZEROS.subarray(0, piece.length));
}
