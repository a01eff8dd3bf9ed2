import type { Fact } from '@hosted-engine/core';
import type { Log, StorageReport } from '@hosted-engine/ports';

/** sanlock calls a host failing after 8 x io_timeout without a renewal; told of somewhat before (house.md 5, row 8). */
const WARN_AFTER = 6;
const FAILING_AFTER = 8;

/** Tells of a storage domain that does not answer: once when it gets serious, and once when it is over. */
export interface StorageStall {
  look(storage: Fact<StorageReport>, nowS: number): void;
}

export function createStorageStall(ioTimeoutS: number, log: Log): StorageStall {
  let sinceS: number | undefined;
  return {
    look(storage, nowS) {
      // Without the host daemon nothing is known of the storage (I5).
      if (storage.kind === 'unknown') return;
      const silentS = storage.value.lastCheckS + storage.ageS;
      if (silentS >= WARN_AFTER * ioTimeoutS) {
        if (sinceS !== undefined) return;
        sinceS = nowS - silentS;
        log.warn(
          `the storage domain has not answered for ${Math.round(silentS)} s; after ${FAILING_AFTER * ioTimeoutS} s ` +
            'without it the leases of this host lapse and sanlock ends the engine VM here. ' +
            'Check the storage server and the network to it.',
        );
      } else if (sinceS !== undefined && storage.value.valid) {
        log.info(`the storage domain answers again after ${Math.round(nowS - sinceS)} s`);
        sinceS = undefined;
      }
    },
  };
}
