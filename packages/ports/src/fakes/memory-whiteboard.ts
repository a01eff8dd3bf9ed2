import type { Clock } from '../clock.js';
import { OneAtATime } from '../one-at-a-time.js';
import { HOST_ID_MAX, SLOT_SIZE, type Whiteboard } from '../whiteboard.js';
import type { FaultyStorage } from './faulty-storage.js';

/** The slots that several hosts share: give the same map to each host's whiteboard. */
export type SharedSlots = Map<number, Uint8Array>;

export interface MemoryWhiteboardOptions {
  readonly slots: SharedSlots;
  readonly storage: FaultyStorage;
  readonly clock: Clock;
  /** @default 5000 */
  readonly deadlineMs?: number;
}

/** A whiteboard in memory, which keeps the port's contract also while its storage hangs. */
export function createMemoryWhiteboard(options: MemoryWhiteboardOptions): Whiteboard {
  const { slots, storage, clock, deadlineMs = 5000 } = options;
  const turn = new OneAtATime(clock);
  return {
    readSlots: async (ids) => {
      for (const id of ids) assertSlotId(id);
      return await turn.run('read slots', deadlineMs, () =>
        storage.run(
          () =>
            new Map(ids.map((id) => [id, (slots.get(id) ?? new Uint8Array(SLOT_SIZE)).slice()])),
        ),
      );
    },
    readAll: () =>
      turn.run('read all slots', deadlineMs, () =>
        storage.run(() => {
          const used = [...slots].filter(([, bytes]) => bytes.some((byte) => byte !== 0));
          return new Map(used.map(([id, bytes]) => [id, bytes.slice()]));
        }),
      ),
    writeSlot: async (id, bytes) => {
      assertSlotId(id);
      if (bytes.length !== SLOT_SIZE) throw new RangeError(`a slot has ${SLOT_SIZE} bytes`);
      const copy = bytes.slice();
      await turn.run(`write slot ${id}`, deadlineMs, () =>
        storage.run(() => {
          slots.set(id, copy);
        }),
      );
    },
    close: async () => undefined,
  };
}

function assertSlotId(id: number): void {
  if (!Number.isInteger(id) || id < 0 || id > HOST_ID_MAX) {
    throw new RangeError(`host id ${id} is not between 0 and ${HOST_ID_MAX}`);
  }
}
