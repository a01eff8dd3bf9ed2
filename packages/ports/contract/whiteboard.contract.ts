import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FaultyStorage } from '../src/fakes/faulty-storage.js';
import type { ManualClock } from '../src/fakes/manual-clock.js';
import { HeError } from '../src/he-error.js';
import { HOST_ID_MAX, SLOT_SIZE, type Whiteboard } from '../src/whiteboard.js';

/** One whiteboard to judge; its storage starts out empty and well. */
export interface WhiteboardSubject {
  readonly board: Whiteboard;
  /** A further view of the same storage, as another host has it. */
  readonly other: Whiteboard;
  /** Makes the storage under `board` hang or fail. */
  readonly storage: FaultyStorage;
  readonly clock: ManualClock;
  /** Longer than the deadline of a call, in ms. */
  readonly pastDeadlineMs: number;
  dispose(): Promise<void>;
}

const slotOf = (fill: number): Uint8Array => new Uint8Array(SLOT_SIZE).fill(fill);

const hasCode =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof HeError && error.code === code;

/** The contract W1 to W4 of ports/src/whiteboard.ts. */
export function whiteboardContract(name: string, create: () => Promise<WhiteboardSubject>): void {
  const check = (title: string, body: (subject: WhiteboardSubject) => Promise<void>): void => {
    it(title, async () => {
      const subject = await create();
      try {
        await body(subject);
      } finally {
        subject.storage.heal();
        await subject.dispose();
      }
    });
  };

  describe(`whiteboard contract: ${name}`, () => {
    check('W1: what one host writes another reads, whole', async ({ board, other }) => {
      await board.writeSlot(1, slotOf(0x41));
      await board.writeSlot(3, slotOf(0x43));
      const slots = await other.readSlots([1, 2, 3]);
      assert.deepEqual(slots.get(1), slotOf(0x41));
      assert.deepEqual(slots.get(2), slotOf(0));
      assert.deepEqual(slots.get(3), slotOf(0x43));
    });

    check('W1: a write touches its own slot only (I8)', async ({ board }) => {
      for (const id of [0, 1, 2]) await board.writeSlot(id, slotOf(0x30 + id));
      await board.writeSlot(1, slotOf(0x5a));
      const slots = await board.readSlots([0, 1, 2]);
      assert.deepEqual(
        [...slots.values()].map((slot) => slot[100]),
        [0x30, 0x5a, 0x32],
      );
    });

    check('W1: a slot of another size is refused', async ({ board }) => {
      await assert.rejects(board.writeSlot(1, new Uint8Array(512)), RangeError);
    });

    check('ids outside 0 to 2000 are refused', async ({ board }) => {
      await assert.rejects(async () => board.writeSlot(HOST_ID_MAX + 1, slotOf(1)), RangeError);
      await assert.rejects(async () => board.readSlots([-1]), RangeError);
    });

    check('W4: a slot past the end of the file reads as zeros', async ({ board }) => {
      const slots = await board.readSlots([HOST_ID_MAX]);
      assert.deepEqual(slots.get(HOST_ID_MAX), slotOf(0));
    });

    check('readAll gives the slots that are not all zeros', async ({ board, other }) => {
      assert.equal((await board.readAll()).size, 0);
      await other.writeSlot(2, slotOf(0x42));
      await other.writeSlot(7, slotOf(0x47));
      assert.deepEqual([...(await board.readAll()).keys()].sort(), [2, 7]);
    });

    check('what is returned is the caller’s own', async ({ board }) => {
      const mine = slotOf(0x41);
      const writing = board.writeSlot(1, mine);
      mine.fill(0);
      await writing;
      const read = (await board.readSlots([1])).get(1);
      assert.deepEqual(read, slotOf(0x41));
      read?.fill(0);
      assert.deepEqual((await board.readSlots([1])).get(1), slotOf(0x41));
    });

    check('W2: an error of the storage rejects, and ends with it', async ({ board, storage }) => {
      await board.writeSlot(1, slotOf(0x41));
      storage.breakDown();
      await assert.rejects(board.readSlots([1]), hasCode('HE_STORAGE_UNREACHABLE'));
      await assert.rejects(board.writeSlot(1, slotOf(0)), hasCode('HE_STORAGE_UNREACHABLE'));
      storage.heal();
      assert.deepEqual((await board.readSlots([1])).get(1), slotOf(0x41));
    });

    check('W3: calls on hung storage time out and nothing piles up', async (subject) => {
      const { board, storage, clock, pastDeadlineMs } = subject;
      await board.writeSlot(1, slotOf(0x41));
      storage.underWayMax = 0;
      storage.hang();
      const calls = [board.writeSlot(1, slotOf(0x42)), board.readSlots([1]), board.readAll()];
      const judged = calls.map((call) => assert.rejects(call, hasCode('HE_STORAGE_TIMEOUT')));
      await clock.advance(pastDeadlineMs);
      await Promise.all(judged);
      const late = assert.rejects(board.readSlots([2]), hasCode('HE_STORAGE_TIMEOUT'));
      await clock.advance(pastDeadlineMs);
      await late;
      assert.equal(storage.underWayMax, 1);
      storage.heal();
      await clock.advance(0);
      await board.writeSlot(1, slotOf(0x43));
      assert.deepEqual((await board.readSlots([1])).get(1), slotOf(0x43));
    });
  });
}
