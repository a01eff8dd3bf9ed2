// Reads an OVA from its first byte to its last: a tar archive, gzip-compressed or not. Never goes by names in
// it to places on this host.

import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { readPax, readTarHeader, TAR_BLOCK_SIZE } from '@hosted-engine/formats';

/** The archive cannot be read to its end; the message says why. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

export interface ArchiveMember {
  readonly name: string;
  readonly size: number;
  /** Where its content begins in the file; undefined when the file is compressed. */
  readonly offset: number | undefined;
  /** To be read to its end, or not at all, before the next member is asked for. */
  readonly content: AsyncIterable<Buffer>;
}

export interface ReadWatch {
  readonly signal: AbortSignal;
  /** Bytes of the file. */
  readonly onRead?: (done: number, total: number) => void;
}

const READ_SIZE = 1024 * 1024;
const GZIP_MAGIC = [0x1f, 0x8b];
/** Long names and extended headers; real ones have some hundred bytes. */
const EXTENSION_SIZE_MAX = 64 * 1024;

/** The regular files of the archive, in their order. @throws ArchiveError */
export async function* archiveMembers(
  path: string,
  watch: ReadWatch,
): AsyncGenerator<ArchiveMember, void> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const magic = await file.read(Buffer.alloc(2), 0, 2, 0);
    const isGzip = GZIP_MAGIC.every((byte, at) => magic.buffer[at] === byte);
    const raw = file.createReadStream({ start: 0, highWaterMark: READ_SIZE, autoClose: false });
    const counted = count(raw, size, watch);
    const reader = new BlockReader(isGzip ? unzipped(counted) : counted);
    yield* members(reader, isGzip);
  } finally {
    await file.close();
  }
}

/** Bytes of a gzip stream. @throws ArchiveError when it is damaged or ends too early */
export async function* unzipped(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  const gunzip = createGunzip();
  const feeding = feed(source, gunzip);
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) yield chunk;
    await feeding;
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
    if (code === 'Z_BUF_ERROR') throw new ArchiveError('it is truncated');
    if (code.startsWith('Z_'))
      throw new ArchiveError(`it is damaged: ${(thrown as Error).message}`);
    throw thrown;
  } finally {
    gunzip.destroy();
    await feeding.catch(() => undefined);
  }
}

async function feed(
  source: AsyncIterable<Buffer>,
  gunzip: ReturnType<typeof createGunzip>,
): Promise<void> {
  try {
    for await (const chunk of source) {
      if (gunzip.destroyed) return;
      if (gunzip.write(chunk)) continue;
      await new Promise<void>((resolve) => {
        gunzip.once('drain', resolve);
        gunzip.once('close', resolve);
      });
    }
    gunzip.end();
  } catch (thrown) {
    gunzip.destroy(thrown instanceof Error ? thrown : new Error(String(thrown)));
  }
}

async function* count(
  source: AsyncIterable<Buffer>,
  total: number,
  { signal, onRead }: ReadWatch,
): AsyncGenerator<Buffer, void> {
  let done = 0;
  for await (const chunk of source) {
    signal.throwIfAborted();
    done += chunk.length;
    onRead?.(done, total);
    yield chunk;
  }
}

async function* members(
  reader: BlockReader,
  isCompressed: boolean,
): AsyncGenerator<ArchiveMember, void> {
  let named: { path?: string; size?: number } = {};
  for (;;) {
    const block = await reader.bytes(TAR_BLOCK_SIZE);
    if (block === undefined) throw new ArchiveError(`it is truncated after ${reader.at} bytes`);
    const header = readTarHeader(block);
    if (header.kind === 'end') break;
    if (header.kind === 'damaged') {
      const what = reader.at === TAR_BLOCK_SIZE ? 'it is no tar archive' : 'it is damaged';
      throw new ArchiveError(`${what} (no header at byte ${reader.at - TAR_BLOCK_SIZE})`);
    }
    const size = named.size ?? header.size;
    const name = named.path ?? header.name;
    const end = reader.at + Math.ceil(size / TAR_BLOCK_SIZE) * TAR_BLOCK_SIZE;
    if (header.type === 'long-name' || header.type === 'pax') {
      const content = await extension(reader, size);
      named =
        header.type === 'pax'
          ? readPax(content)
          : { path: new TextDecoder().decode(content).replace(/\0.*$/s, '') };
    } else {
      named = {};
      if (header.type === 'file') {
        const offset = isCompressed ? undefined : reader.at;
        yield { name, size, offset, content: reader.content(size, name) };
      }
    }
    await reader.skipTo(end, name);
  }
  // What follows the end is padding; a compressed archive's checksum stands behind it.
  await reader.drain();
}

async function extension(reader: BlockReader, size: number): Promise<Buffer> {
  const content = size > EXTENSION_SIZE_MAX ? undefined : await reader.bytes(size);
  if (content === undefined)
    throw new ArchiveError('it is damaged: an extended header is too long');
  return content;
}

/** Hands out the bytes of a stream in the pieces that a tar archive has. */
class BlockReader {
  readonly #source: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);
  /** Bytes handed out so far. */
  at = 0;

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Exactly so many; undefined when the stream has fewer. */
  async bytes(size: number): Promise<Buffer | undefined> {
    const pieces: Buffer[] = [];
    for (let missing = size; missing > 0; ) {
      const piece = await this.#some(missing);
      if (piece === undefined) return undefined;
      pieces.push(piece);
      missing -= piece.length;
    }
    return Buffer.concat(pieces);
  }

  async *content(size: number, name: string): AsyncGenerator<Buffer, void> {
    for (let missing = size; missing > 0; ) {
      const piece = await this.#some(missing);
      if (piece === undefined) throw this.#truncated(name);
      missing -= piece.length;
      yield piece;
    }
  }

  async skipTo(end: number, name: string): Promise<void> {
    while (this.at < end) {
      if ((await this.#some(end - this.at)) === undefined) throw this.#truncated(name);
    }
  }

  async drain(): Promise<void> {
    while ((await this.#some(READ_SIZE)) !== undefined);
  }

  #truncated(name: string): ArchiveError {
    return new ArchiveError(`it is truncated: ${name} ends after ${this.at} bytes of the archive`);
  }

  async #some(most: number): Promise<Buffer | undefined> {
    while (this.#rest.length === 0) {
      const next = await this.#source.next();
      if (next.done === true) return undefined;
      this.#rest = next.value;
    }
    const piece = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(piece.length);
    this.at += piece.length;
    return piece;
  }
}
