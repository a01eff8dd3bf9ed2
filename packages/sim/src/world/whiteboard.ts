// The whiteboard port over a simulated way to the storage: one operation at a time, each with a deadline (W3).

import { type Clock, HeError, OneAtATime, SLOT_SIZE, type Whiteboard } from '@hosted-engine/ports';
import type { SimHost } from './host.js';
import type { Machine } from './machine.js';
import { asWrittenBy } from './other-writers.js';
import type { SimProcess } from './process.js';

/** Slot 0 and one for each host id. */
const SLOTS = 2001;

export interface SimWhiteboardOptions {
  readonly host: SimHost;
  readonly machine: Machine;
  readonly process: SimProcess;
  readonly clock: Clock;
  readonly deadlineS: number;
}

export function createSimWhiteboard(options: SimWhiteboardOptions): Whiteboard {
  const { host, machine, process, clock } = options;
  const { storage } = host.world;
  const turn = new OneAtATime(clock);
  let writes = 0;

  function operate<T>(kind: 'read' | 'write', what: string, make: () => T): Promise<T> {
    return turn.run(
      what,
      options.deadlineS * 1000,
      () =>
        new Promise((resolve, reject) => {
          if (!machine.isConnected) {
            reject(new HeError('HE_STORAGE_UNREACHABLE', 'the whiteboard is not connected'));
            return;
          }
          machine.path.operate(kind, machine, 0.003 * host.random.between(0.5, 2), (fault) => {
            if (fault !== undefined) {
              process.deliver(() => reject(new HeError('HE_STORAGE_UNREACHABLE', fault)));
              return;
            }
            // The write is the kernel's by now: it lands also when the process is gone.
            const value = make();
            process.deliver(() => resolve(value));
          });
        }),
    );
  }

  return {
    readSlots: (ids) => {
      host.slotsRead += ids.length;
      return operate(
        'read',
        'reading slots',
        () => new Map(ids.map((id) => [id, storage.slot(id)])),
      );
    },
    readAll: () => {
      host.slotsRead += SLOTS;
      return operate('read', 'reading all slots', () => new Map(storage.slots));
    },
    writeSlot: (id, bytes) => {
      if (bytes.length !== SLOT_SIZE) throw new RangeError(`a slot has ${SLOT_SIZE} bytes`);
      const written =
        id === 0 || host.slotVersion === undefined
          ? bytes
          : asWrittenBy(host.slotVersion, bytes, writes);
      writes += 1;
      if (written === undefined) return Promise.resolve();
      return operate('write', `writing slot ${id}`, () => {
        storage.slots.set(id, written);
        host.world.happened({ kind: 'slot-written', host, id });
      });
    },
    close: () => Promise.resolve(),
  };
}
