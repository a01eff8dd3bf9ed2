/**
 * Direct I/O (see ports/direct-io.ts) with Node's own file calls and aligned memory.
 *
 *   D1. Memory handed to the kernel is aligned to 4096 bytes, the strictest block size met. The
 *       backing store of an ArrayBuffer never moves, so its address is asked for once.
 *   D2. Each file has one such buffer; only the operation that owns the file's turn touches it,
 *       also when its caller has long given up.
 *   D3. A hung system call costs one thread of libuv's pool per path, whatever callers do: opening
 *       a path again waits for what hangs on it, as reading it does.
 */
import fs from 'node:fs';
import {
  type Clock,
  type DirectFile,
  type DirectIo,
  HeError,
  type HeErrorCode,
  messageOf,
  OneAtATime,
} from '@hosted-engine/ports';
import koffi from 'koffi';

const ALIGNMENT = 4096;
const SECTOR = 512;
const { O_DIRECT, O_SYNC, O_RDONLY, O_RDWR } = fs.constants;

export function createDirectIo(clock: Clock): DirectIo {
  /** Kept: there are as few as domains and whiteboards. */
  const turns = new Map<string, OneAtATime>();
  return {
    open: async (path, mode, deadlineMs) => {
      const turn = turns.get(path) ?? new OneAtATime(clock);
      turns.set(path, turn);
      const flags = (mode === 'read' ? O_RDONLY : O_RDWR) | O_DIRECT | O_SYNC;
      let isAbandoned = false;
      try {
        const fd = await turn.run(`open ${path}`, deadlineMs, async () => {
          const opened = await openFile(path, flags);
          if (isAbandoned) fs.close(opened, () => undefined);
          return opened;
        });
        return new AlignedFile(path, fd, turn);
      } catch (error) {
        isAbandoned = true;
        throw error;
      }
    },
  };
}

class AlignedFile implements DirectFile {
  readonly #path: string;
  readonly #fd: number;
  readonly #turn: OneAtATime;
  #memory = alignedMemory(ALIGNMENT);
  #isClosed = false;

  constructor(path: string, fd: number, turn: OneAtATime) {
    this.#path = path;
    this.#fd = fd;
    this.#turn = turn;
  }

  read(offset: number, size: number, deadlineMs: number): Promise<Uint8Array> {
    assertAligned(offset, size);
    return this.#turn.run(`read ${this.#path}`, deadlineMs, async () => {
      const memory = this.#memoryOf(size);
      let done = 0;
      // A count that is no whole sector is the end of the file; so is zero.
      while (done < size && done % SECTOR === 0) {
        const count = await readFile(
          this.#path,
          this.#fd,
          memory,
          done,
          size - done,
          offset + done,
        );
        if (count === 0) break;
        done += count;
      }
      return new Uint8Array(memory.subarray(0, done));
    });
  }

  write(offset: number, bytes: Uint8Array, deadlineMs: number): Promise<void> {
    assertAligned(offset, bytes.length);
    // Copied now: the caller may reuse its bytes as soon as it has given up waiting.
    const source = bytes.slice();
    return this.#turn.run(`write ${this.#path}`, deadlineMs, async () => {
      const memory = this.#memoryOf(source.length);
      memory.set(source);
      let done = 0;
      while (done < source.length) {
        const rest = source.length - done;
        done += await writeFile(this.#path, this.#fd, memory, done, rest, offset + done);
      }
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#turn.busy) {
      // The descriptor is given back when the hung operation ends, or with the process.
      void this.#turn.idle().then(() => closeFile(this.#fd));
      return;
    }
    await this.#turn
      .run(`close ${this.#path}`, CLOSE_DEADLINE_MS, () => closeFile(this.#fd))
      .catch(() => undefined);
  }

  #memoryOf(size: number): Buffer {
    if (this.#memory.length < size) this.#memory = alignedMemory(size);
    return this.#memory;
  }
}

/** Closing a file that was written synchronously has nothing left to do. */
const CLOSE_DEADLINE_MS = 2000;

/** `size` bytes whose address is a multiple of 4096. */
function alignedMemory(size: number): Buffer {
  const block = Buffer.from(new ArrayBuffer(size + ALIGNMENT));
  const past = Number(koffi.address(block) % BigInt(ALIGNMENT));
  const start = past === 0 ? 0 : ALIGNMENT - past;
  return block.subarray(start, start + size);
}

function assertAligned(offset: number, size: number): void {
  if (offset % SECTOR !== 0 || size % SECTOR !== 0 || size <= 0) {
    throw new RangeError(`direct I/O of ${size} bytes at ${offset} is not in whole sectors`);
  }
}

function openFile(path: string, flags: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.open(path, flags, (error, fd) => {
      if (error === null) resolve(fd);
      else reject(storageError('open', path, error));
    });
  });
}

function readFile(
  path: string,
  fd: number,
  memory: Buffer,
  at: number,
  size: number,
  position: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(fd, memory, at, size, position, (error, count) => {
      if (error === null) resolve(count);
      else reject(storageError('read', path, error));
    });
  });
}

function writeFile(
  path: string,
  fd: number,
  memory: Buffer,
  at: number,
  size: number,
  position: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.write(fd, memory, at, size, position, (error, count) => {
      if (error === null) resolve(count);
      else reject(storageError('write', path, error));
    });
  });
}

function closeFile(fd: number): Promise<void> {
  return new Promise((resolve) => {
    fs.close(fd, () => resolve());
  });
}

function storageError(action: string, path: string, error: NodeJS.ErrnoException): HeError {
  const errno = error.code ?? 'unknown';
  const noDirectIo = action === 'open' && errno === 'EINVAL';
  // Node's message ends with the call and the path, which are told already.
  const said = messageOf(error).replace(/, \w+( '.*')?$/s, '');
  return new HeError(codeOf(errno, noDirectIo), `cannot ${action} ${path}: ${said}`, {
    details: { errno, ...(noDirectIo ? { notSupported: true } : {}) },
    cause: error,
  });
}

function codeOf(errno: string, noDirectIo: boolean): HeErrorCode {
  if (noDirectIo) return 'HE_STORAGE_INVALID';
  if (errno === 'EACCES' || errno === 'EPERM') return 'HE_NOT_PERMITTED';
  return 'HE_STORAGE_UNREACHABLE';
}
