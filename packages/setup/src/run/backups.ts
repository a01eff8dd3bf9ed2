import type { FileMode, HostFiles } from '../ports.js';

interface Backup {
  readonly bytes: Uint8Array | undefined;
  readonly mode: number | undefined;
}

/**
 * Files that this run wrote, with what was there before, so that a failed run can put them back.
 * Written at most once each for the purpose of a backup: the first content is the one that counts.
 */
export class Backups {
  readonly #files: HostFiles;
  readonly #before = new Map<string, Backup>();

  constructor(files: HostFiles) {
    this.#files = files;
  }

  /** Writes the file unless it holds these bytes already. Resolves with true when it changed. */
  async write(path: string, content: string | Uint8Array, mode: FileMode): Promise<boolean> {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    const before = await this.#files.read(path);
    if (before !== undefined && Buffer.compare(before, bytes) === 0) return false;
    if (!this.#before.has(path)) {
      this.#before.set(path, { bytes: before, mode: await this.#files.modeOf(path) });
    }
    await this.#files.write(path, bytes, mode);
    return true;
  }

  /** Puts back what was there; a file that did not exist is removed. True when this run had written it. */
  async restore(path: string, mode: FileMode): Promise<boolean> {
    const backup = this.#before.get(path);
    if (backup === undefined) return false;
    if (backup.bytes === undefined) await this.#files.remove(path);
    else await this.#files.write(path, backup.bytes, { ...mode, mode: backup.mode ?? mode.mode });
    this.#before.delete(path);
    return true;
  }
}
