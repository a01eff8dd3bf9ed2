// The whiteboard port over a simulated way to the storage: one operation at a time, each with a deadline (W3).

import { HeError, SLOT_SIZE, type Whiteboard } from '@hosted-engine/ports';
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
  readonly deadlineS: number;
}

export function createSimWhiteboard(options: SimWhiteboardOptions): Whiteboard {
  const { host, machine, process } = options;
  const { storage } = host.world;
  let isBusy = false;
  let writes = 0;
  const waiting: (() => void)[] = [];

  function operate<T>(kind: 'read' | 'write', what: string, make: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      let isExpired = false;
      const deadline = host.world.clock.after(options.deadlineS, () => {
        isExpired = true;
        const why = `${what}: no answer after ${options.deadlineS} s`;
        process.deliver(() => reject(new HeError('HE_STORAGE_TIMEOUT', why)));
      });
      const begin = (): void => {
        if (isExpired) {
          next();
          return;
        }
        isBusy = true;
        if (!machine.isConnected) {
          end('the whiteboard is not connected');
          return;
        }
        machine.path.operate(kind, machine, 0.003 * host.random.between(0.5, 2), end, process);
      };
      // A write that hung is the kernel's: it lands also when nobody waits for it any more.
      const end = (fault: string | undefined): void => {
        const value = fault === undefined ? make() : undefined;
        deadline.cancel();
        isBusy = false;
        process.deliver(() => {
          if (fault !== undefined) reject(new HeError('HE_STORAGE_UNREACHABLE', fault));
          else resolve(value as T);
          next();
        });
      };
      if (isBusy) waiting.push(begin);
      else begin();
    });
  }

  function next(): void {
    if (!isBusy) waiting.shift()?.();
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
      const askedS = host.world.nowS;
      return operate('write', `writing slot ${id}`, () => {
        storage.slots.set(id, written);
        host.world.happened({ kind: 'slot-written', host, id, askedS });
      });
    },
    close: () => Promise.resolve(),
  };
}
