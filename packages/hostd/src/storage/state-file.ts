/**
 * What must outlive a crash of this daemon but not a reboot: monitored domains (their host ids are
 * still held by sanlock) and the connected pool. It lies in /run.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { isErrno, type Log, messageOf } from '@hosted-engine/ports';

export interface SavedState {
  readonly monitored: readonly { readonly sdUUID: string; readonly hostId: number }[];
  readonly pool?: SavedPool;
}

export interface SavedPool {
  readonly spUUID: string;
  readonly hostId: number;
  readonly masterSdUUID: string;
  readonly masterVersion: number;
}

const EMPTY: SavedState = { monitored: [] };

export class StateFile {
  readonly #file: string;
  readonly #log: Log;
  #state: SavedState = EMPTY;
  #writing: Promise<void> = Promise.resolve();

  constructor(file: string, log: Log) {
    this.#file = file;
    this.#log = log;
  }

  get state(): SavedState {
    return this.#state;
  }

  /** An absent file is a first start; an unreadable one is told of and left behind. */
  async load(): Promise<SavedState> {
    try {
      this.#state = { ...EMPTY, ...parseState(await fs.readFile(this.#file, 'utf8')) };
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) {
        this.#log.error(`starting without saved state: ${messageOf(error)}`, { file: this.#file });
      }
    }
    return this.#state;
  }

  /** Changes are written one after the other; the last one stays. */
  async update(change: (state: SavedState) => SavedState): Promise<void> {
    this.#state = change(this.#state);
    const text = `${JSON.stringify(this.#state, null, 2)}\n`;
    this.#writing = this.#writing.then(
      () => this.#write(text),
      () => this.#write(text),
    );
    await this.#writing;
  }

  async #write(text: string): Promise<void> {
    await fs.mkdir(path.dirname(this.#file), { recursive: true });
    const draft = `${this.#file}.new`;
    await fs.writeFile(draft, text, { mode: 0o644 });
    await fs.rename(draft, this.#file);
  }
}

function parseState(text: string): Partial<SavedState> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('monitored' in value)) {
    throw new Error('the saved state has an unknown form');
  }
  return value as Partial<SavedState>;
}
