// What a run leaves on this host for the next one: which steps it began and ended, and what undoing them
// needs. A run that is killed in the midst of a step is resumed or cleaned up from it.
//
//   J1. A step is on record before it changes anything, and what its undo needs before that change.
//   J2. It holds no secret. Contents of files that were replaced are copies beside it, for root alone.
//   J3. It stays until everything has been undone. After a deployment it stays for its clean-up.

import { HeError, messageOf } from '@hosted-engine/ports';
import { PATHS } from '../paths.js';
import type { HostFiles } from '../ports.js';
import type { Backup } from './backups.js';
import type { HostRole } from './step.js';

const FORMAT = 1;
const MODE = { mode: 0o600 } as const;

export type StepState = 'begun' | 'done';

/**
 * running:  the run goes on, or was killed.
 * kept:     the run ended, and not all of it could be undone.
 * deployed: the run came to its point of no return.
 */
export type JournalPhase = 'running' | 'kept' | 'deployed';

/** What the run knows, as plain data. */
export interface RunRecord {
  readonly role: HostRole | undefined;
  /** By key, without secrets. */
  readonly answers: Readonly<Record<string, string | number | boolean>>;
  readonly found: Readonly<Record<string, unknown>>;
  readonly units: Readonly<Record<string, { readonly active: boolean; readonly enabled: boolean }>>;
  readonly files: readonly Backup[];
}

export interface JournalRecord extends RunRecord {
  readonly format: typeof FORMAT;
  readonly phase: JournalPhase;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly version: string;
  /** The log of the run that began it. */
  readonly log: string;
  /** In the order in which they were begun. */
  readonly steps: readonly { readonly id: string; readonly state: StepState }[];
}

export interface JournalOrigin {
  readonly startedAt: string;
  readonly version: string;
  readonly log: string;
}

export class Journal {
  readonly #files: HostFiles;
  readonly #collect: () => RunRecord;
  readonly #steps = new Map<string, StepState>();
  #origin: JournalOrigin;
  #phase: JournalPhase = 'running';
  #isOpen = false;
  #wasOpen = false;
  #isChanged = false;

  constructor(files: HostFiles, origin: JournalOrigin, collect: () => RunRecord) {
    this.#files = files;
    this.#origin = origin;
    this.#collect = collect;
  }

  get phase(): JournalPhase {
    return this.#phase;
  }

  /** Whether the run was on disk at some time: it came to its first change. */
  get wasOpen(): boolean {
    return this.#wasOpen;
  }

  /** Whether this very run has put something on record. */
  get isChanged(): boolean {
    return this.#isChanged;
  }

  /** Whether something is on record that has not been undone. */
  get hasSteps(): boolean {
    return this.#steps.size > 0;
  }

  stateOf(id: string): StepState | undefined {
    return this.#steps.get(id);
  }

  isDone(id: string): boolean {
    return this.#steps.get(id) === 'done';
  }

  /** Goes on with the record of an earlier run. */
  adopt(record: JournalRecord): void {
    const { startedAt, version, log } = record;
    this.#origin = { startedAt, version, log };
    for (const { id, state } of record.steps) this.#steps.set(id, state);
    this.#phase = record.phase === 'deployed' ? 'deployed' : 'running';
    this.#isOpen = true;
    this.#wasOpen = true;
  }

  /** From now on everything is written down at once. */
  async open(): Promise<void> {
    this.#isChanged = true;
    this.#isOpen = true;
    this.#wasOpen = true;
    await this.save();
  }

  async begin(id: string): Promise<void> {
    if (this.#phase === 'deployed') return;
    this.#steps.set(id, 'begun');
    await this.save();
  }

  async end(id: string): Promise<void> {
    if (this.#phase === 'deployed') return;
    this.#steps.set(id, 'done');
    await this.save();
  }

  /** The point of no return is passed. */
  async complete(id: string): Promise<void> {
    this.#steps.set(id, 'done');
    this.#phase = 'deployed';
    await this.save();
  }

  /** A step has been undone. */
  async forget(id: string): Promise<void> {
    this.#steps.delete(id);
    await this.save();
  }

  /** The run ends with some of its work still there. */
  async keep(): Promise<void> {
    if (this.#phase === 'running') this.#phase = 'kept';
    await this.save();
  }

  /** Nothing of the run is left. What is on disk while this one was never opened is not its own. */
  async discard(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#files.remove(PATHS.state);
    await this.#files.removeTree(PATHS.backups);
  }

  async save(): Promise<void> {
    if (!this.#isOpen) return;
    const record: JournalRecord = {
      format: FORMAT,
      phase: this.#phase,
      ...this.#origin,
      ...this.#collect(),
      steps: [...this.#steps].map(([id, state]) => ({ id, state })),
    };
    const text = `${JSON.stringify(record, undefined, 2)}\n`;
    await this.#files.write(PATHS.state, new TextEncoder().encode(text), MODE);
  }
}

/** What an earlier run left; undefined for nothing. HE_CONFIG_INVALID when it cannot be read. */
export async function readJournal(
  files: Pick<HostFiles, 'read'>,
): Promise<JournalRecord | undefined> {
  const bytes = await files.read(PATHS.state);
  if (bytes === undefined) return undefined;
  let record: JournalRecord;
  try {
    record = JSON.parse(new TextDecoder().decode(bytes)) as JournalRecord;
    if (record.format !== FORMAT) throw new Error(`its format is ${String(record.format)}`);
  } catch (thrown) {
    throw new HeError('HE_CONFIG_INVALID', `${PATHS.state} cannot be read: ${messageOf(thrown)}`, {
      remedy: `a newer version may have written it; if it is damaged, move it away and run ovirt-hosted-engine-cleanup`,
      cause: thrown,
    });
  }
  return record;
}
