/**
 * Whiteboard (see ports) over a file or block device with direct I/O.
 *
 *   B1. The file is opened when first needed and again after each error: a path under
 *       /run/vdsm/storage may lead elsewhere after a reconnect, and a stale handle never heals.
 *   B2. While an operation hangs the file stays open and no second one is opened beside it (W3).
 *   B3. Neighbouring slots are read together, in runs of at most `READ_SLOTS_MAX`.
 */
import {
  type Clock,
  type DirectFile,
  type DirectIo,
  HeError,
  HOST_ID_MAX,
  OneAtATime,
  SLOT_SIZE,
  type Whiteboard,
} from '@hosted-engine/ports';

export interface WhiteboardFileOptions {
  readonly path: string;
  readonly directIo: DirectIo;
  readonly clock: Clock;
  /** For a whole call. @default 5000 */
  readonly deadlineMs?: number;
}

/** 256 KiB: what all of a usual cluster's slots are, and little to keep for reading. */
const READ_SLOTS_MAX = 64;

/** Touches nothing until the first call. */
export function createWhiteboardFile(options: WhiteboardFileOptions): Whiteboard {
  return new WhiteboardFile(options);
}

class WhiteboardFile implements Whiteboard {
  readonly #options: WhiteboardFileOptions;
  readonly #deadlineMs: number;
  readonly #turn: OneAtATime;
  #file: DirectFile | undefined;

  constructor(options: WhiteboardFileOptions) {
    this.#options = options;
    this.#deadlineMs = options.deadlineMs ?? 5000;
    this.#turn = new OneAtATime(options.clock);
  }

  readSlots(ids: readonly number[]): Promise<ReadonlyMap<number, Uint8Array>> {
    for (const id of ids) assertSlotId(id);
    return this.#inTurn('read slots', async (file) => {
      const slots = new Map<number, Uint8Array>();
      for (const { first, count } of runsOf(ids)) {
        const bytes = await this.#read(file, first, count);
        for (let id = first; id < first + count; id++) {
          slots.set(id, slotAt(bytes, id - first));
        }
      }
      return slots;
    });
  }

  readAll(): Promise<ReadonlyMap<number, Uint8Array>> {
    return this.#inTurn('read all slots', async (file) => {
      const slots = new Map<number, Uint8Array>();
      for (let first = 0; first <= HOST_ID_MAX; first += READ_SLOTS_MAX) {
        const count = Math.min(READ_SLOTS_MAX, HOST_ID_MAX + 1 - first);
        const bytes = await this.#read(file, first, count);
        for (let index = 0; index * SLOT_SIZE < bytes.length; index++) {
          if (isUsed(bytes, index)) slots.set(first + index, slotAt(bytes, index));
        }
        if (bytes.length < count * SLOT_SIZE) break;
      }
      return slots;
    });
  }

  async writeSlot(id: number, bytes: Uint8Array): Promise<void> {
    assertSlotId(id);
    if (bytes.length !== SLOT_SIZE) {
      throw new RangeError(`a slot has ${SLOT_SIZE} bytes, not ${bytes.length}`);
    }
    // Copied now: this may wait for its turn.
    const copy = bytes.slice();
    await this.#inTurn(`write slot ${id}`, (file) =>
      file.write(id * SLOT_SIZE, copy, this.#deadlineMs),
    );
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  #inTurn<T>(what: string, operation: (file: DirectFile) => Promise<T>): Promise<T> {
    const { path, directIo } = this.#options;
    return this.#turn.run(`${what} of ${path}`, this.#deadlineMs, async () => {
      this.#file ??= await directIo.open(path, 'read-write', this.#deadlineMs);
      const file = this.#file;
      try {
        return await operation(file);
      } catch (error) {
        // A hung file is kept (B2): closing it could only hang as well.
        const isHung = error instanceof HeError && error.code === 'HE_STORAGE_TIMEOUT';
        if (!isHung && this.#file === file) {
          this.#file = undefined;
          await file.close();
        }
        throw error;
      }
    });
  }

  #read(file: DirectFile, first: number, count: number): Promise<Uint8Array> {
    return file.read(first * SLOT_SIZE, count * SLOT_SIZE, this.#deadlineMs);
  }
}

/** W4: what lies past the end of the file reads as zeros. */
function slotAt(bytes: Uint8Array, index: number): Uint8Array {
  const slot = new Uint8Array(SLOT_SIZE);
  slot.set(bytes.subarray(index * SLOT_SIZE, (index + 1) * SLOT_SIZE));
  return slot;
}

/** Most slots of a scan are empty: those are not even copied. */
function isUsed(bytes: Uint8Array, index: number): boolean {
  const slot = bytes.subarray(index * SLOT_SIZE, (index + 1) * SLOT_SIZE);
  return slot.some((byte) => byte !== 0);
}

function assertSlotId(id: number): void {
  if (!Number.isInteger(id) || id < 0 || id > HOST_ID_MAX) {
    throw new RangeError(`host id ${id} is not between 0 and ${HOST_ID_MAX}`);
  }
}

/** Ids as runs of neighbours, so that two hosts cost one read. */
export function runsOf(ids: readonly number[]): readonly { first: number; count: number }[] {
  const runs: { first: number; count: number }[] = [];
  for (const id of [...new Set(ids)].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && id === last.first + last.count && last.count < READ_SLOTS_MAX) {
      last.count++;
    } else {
      runs.push({ first: id, count: 1 });
    }
  }
  return runs;
}
