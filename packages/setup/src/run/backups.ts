import { createHash } from 'node:crypto';
import { PATHS } from '../paths.js';
import type { FileMode, HostFiles } from '../ports.js';

/** One file that a run wrote, and where a copy of what was there before is. */
export interface Backup {
  readonly path: string;
  /** Undefined: there was no such file. */
  readonly copy: string | undefined;
  readonly mode: number | undefined;
  /** SHA-256 of what the run wrote there last. */
  readonly written: string;
}

/** Appended to the name of a file that somebody changed since, for what it was before the deployment. */
export const BEFORE_SUFFIX = '.before-hosted-engine';

/**
 * Files that this run wrote, with what was there before, so that a failed run, or a later process, can
 * put them back. The first content is the one that counts. Copies may hold keys: 0600, and never in the
 * journal itself.
 */
export class Backups {
  readonly #files: HostFiles;
  readonly #save: () => Promise<void>;
  readonly #before = new Map<string, Backup>();

  /** `save` puts the list on record: it is called before the file itself is written. */
  constructor(files: HostFiles, save: () => Promise<void> = async () => undefined) {
    this.#files = files;
    this.#save = save;
  }

  list(): readonly Backup[] {
    return [...this.#before.values()];
  }

  /** Takes over what an earlier run wrote. */
  adopt(backups: readonly Backup[]): void {
    for (const backup of backups) this.#before.set(backup.path, backup);
  }

  /** Writes the file unless it holds these bytes already. Resolves with true when it changed. */
  async write(path: string, content: string | Uint8Array, mode: FileMode): Promise<boolean> {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    const current = await this.#files.read(path);
    if (current !== undefined && Buffer.compare(current, bytes) === 0) return false;
    const known = this.#before.get(path) ?? (await this.#copy(path, current));
    this.#before.set(path, { ...known, written: hashOf(bytes) });
    await this.#save();
    await this.#files.write(path, bytes, mode);
    return true;
  }

  async #copy(path: string, bytes: Uint8Array | undefined): Promise<Omit<Backup, 'written'>> {
    if (bytes === undefined) return { path, copy: undefined, mode: undefined };
    const copy = `${PATHS.backups}/${hashOf(new TextEncoder().encode(path)).slice(0, 16)}`;
    await this.#files.write(copy, bytes, { mode: 0o600 });
    return { path, copy, mode: await this.#files.modeOf(path) };
  }

  /**
   * Puts back what was there; a file that did not exist is removed. One that somebody changed after this
   * run is theirs: it stays, with the older content beside it. Resolves with what was done.
   */
  async restore(path: string, mode: FileMode): Promise<'untouched' | 'restored' | 'changed since'> {
    const backup = this.#before.get(path);
    if (backup === undefined) return 'untouched';
    const result = await this.#putBack(backup, mode);
    this.#before.delete(path);
    await this.#save();
    if (backup.copy !== undefined) await this.#files.remove(backup.copy);
    return result;
  }

  /** Whether the file is there, and no longer what this run wrote. */
  async isChangedSince(path: string): Promise<boolean> {
    const backup = this.#before.get(path);
    const current = await this.#files.read(path);
    return backup !== undefined && current !== undefined && hashOf(current) !== backup.written;
  }

  /** Gives the file up as it is now: it is somebody else's. */
  async leave(path: string): Promise<void> {
    const backup = this.#before.get(path);
    this.#before.delete(path);
    await this.#save();
    if (backup?.copy !== undefined) await this.#files.remove(backup.copy);
  }

  async #putBack(backup: Backup, mode: FileMode): Promise<'restored' | 'changed since'> {
    const { path, copy, written } = backup;
    if (copy === undefined) {
      await this.#files.remove(path);
      return 'restored';
    }
    const before = await this.#files.read(copy);
    if (before === undefined) throw new Error(`the copy ${copy} of ${path} is gone`);
    const current = await this.#files.read(path);
    const isOurs = current === undefined || [written, hashOf(before)].includes(hashOf(current));
    const target = isOurs ? path : `${path}${BEFORE_SUFFIX}`;
    await this.#files.write(target, before, { ...mode, mode: backup.mode ?? mode.mode });
    return isOurs ? 'restored' : 'changed since';
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
