/**
 * File operations on one mount of shared storage. Each runs alone and with a deadline, so that a
 * hung mount costs one thread of the pool, and every verb that touches it fails in time instead of
 * blocking others (house.md 6). A time-out rejects with HE_STORAGE_TIMEOUT: nothing is known then.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { type Clock, isErrno, OneAtATime } from '@hosted-engine/ports';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface FileSize {
  readonly apparentSize: number;
  /** What it occupies. */
  readonly trueSize: number;
}

const DEADLINE_MS = 10_000;
/** Removing a tree is many operations in one. */
const TREE_DEADLINE_MS = 120_000;
const ZERO_CHUNK = 4 * 1024 * 1024;

export class StorageFs {
  readonly #turn: OneAtATime;
  readonly #owner: Owner;

  constructor(clock: Clock, owner: Owner) {
    this.#turn = new OneAtATime(clock);
    this.#owner = owner;
  }

  readText(file: string): Promise<string> {
    return this.#run('read', file, () => fs.readFile(file, 'utf8'));
  }

  list(directory: string): Promise<readonly string[]> {
    return this.#run('list', directory, () => fs.readdir(directory));
  }

  /** False only when the storage says so. */
  exists(file: string): Promise<boolean> {
    return this.#run('look for', file, async () => {
      try {
        await fs.stat(file);
        return true;
      } catch (error) {
        if (isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR')) return false;
        throw error;
      }
    });
  }

  size(file: string): Promise<FileSize> {
    return this.#run('look at', file, async () => {
      const stat = await fs.stat(file);
      return { apparentSize: stat.size, trueSize: stat.blocks * 512 };
    });
  }

  /** Bytes of the whole file system. */
  space(directory: string): Promise<{ readonly total: bigint; readonly free: bigint }> {
    return this.#run('look at', directory, async () => {
      const stat = await fs.statfs(directory, { bigint: true });
      return { total: stat.blocks * stat.bsize, free: stat.bavail * stat.bsize };
    });
  }

  /** Makes a directory that must not exist (EEXIST otherwise). */
  makeDirectory(directory: string, mode: number): Promise<void> {
    return this.#run('make', directory, async () => {
      await fs.mkdir(directory);
      await this.#own(directory, mode);
    });
  }

  /** Sets a file's size; what is added is a hole. */
  resize(file: string, size: number): Promise<void> {
    return this.#run('resize', file, () => fs.truncate(file, size));
  }

  /** Makes a file that must not exist (EEXIST otherwise), sparse, of `size` bytes. */
  makeFile(file: string, mode: number, size: number): Promise<void> {
    return this.#run('make', file, async () => {
      const handle = await fs.open(file, 'wx');
      try {
        if (size > 0) await handle.truncate(size);
      } finally {
        await handle.close();
      }
      await this.#own(file, mode);
    });
  }

  /** Replaces a file's text as one step: other hosts see the old or the new one. */
  replaceText(file: string, text: string, mode: number): Promise<void> {
    return this.#run('write', file, async () => {
      const draft = `${file}.new`;
      const handle = await fs.open(draft, 'w');
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await this.#own(draft, mode);
      await fs.rename(draft, file);
    });
  }

  writeAt(file: string, bytes: Uint8Array, offset: number): Promise<void> {
    return this.#run('write', file, async () => {
      const handle = await fs.open(file, 'r+');
      try {
        let done = 0;
        while (done < bytes.length) {
          const rest = bytes.length - done;
          done += (await handle.write(bytes, done, rest, offset + done)).bytesWritten;
        }
        await handle.sync();
      } finally {
        await handle.close();
      }
    });
  }

  /** Fills a file with zeros up to `size`, a piece at a time so that others get their turn. */
  async fillZeros(file: string, size: number, signal: AbortSignal): Promise<void> {
    const zeros = new Uint8Array(Math.min(ZERO_CHUNK, size));
    for (let offset = 0; offset < size; offset += ZERO_CHUNK) {
      signal.throwIfAborted();
      await this.writeAt(file, zeros.subarray(0, Math.min(ZERO_CHUNK, size - offset)), offset);
    }
  }

  rename(from: string, to: string): Promise<void> {
    return this.#run('rename', from, () => fs.rename(from, to));
  }

  /** Gives a file made by a helper program its owner and mode. */
  own(file: string, mode: number): Promise<void> {
    return this.#run('own', file, () => this.#own(file, mode));
  }

  /** A missing file is success. */
  removeFile(file: string): Promise<void> {
    return this.#run('remove', file, () => fs.rm(file, { force: true }));
  }

  /** Removes a directory that must be empty; one that is missing or not empty is left as it is. */
  removeEmptyDirectory(directory: string): Promise<void> {
    return this.#run('remove', directory, async () => {
      try {
        await fs.rmdir(directory);
      } catch (error) {
        if (!isErrno(error, 'ENOTEMPTY') && !isErrno(error, 'ENOENT')) throw error;
      }
    });
  }

  removeTree(directory: string): Promise<void> {
    const what = `remove ${directory}`;
    return this.#turn.run(what, TREE_DEADLINE_MS, () =>
      fs.rm(directory, { recursive: true, force: true }),
    );
  }

  async #own(file: string, mode: number): Promise<void> {
    await fs.chmod(file, mode);
    await fs.chown(file, this.#owner.uid, this.#owner.gid);
  }

  #run<T>(action: string, file: string, operation: () => Promise<T>): Promise<T> {
    return this.#turn.run(`${action} ${path.basename(file)}`, DEADLINE_MS, operation);
  }
}
