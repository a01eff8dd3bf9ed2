import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createFaultLog, type Log, messageOf } from '@hosted-engine/ports';
import type { StartMark } from '../start-mark.js';

const TEXT = 'The HA daemon asked for a start of the engine VM; removed when that has ended.\n';

/** A file below /run, which a reboot empties; written at once, so that it is there before the start. */
export function createStartMarkFile(path: string, log: Log): StartMark {
  let kept: boolean | undefined;
  const fault = createFaultLog(log);
  return {
    wasKept: () => existsSync(path),
    keep(isUnderWay) {
      if (isUnderWay === kept) return;
      try {
        if (isUnderWay) {
          mkdirSync(dirname(path), { recursive: true });
          writeFileSync(path, TEXT, { mode: 0o644 });
        } else {
          rmSync(path, { force: true });
        }
        kept = isUnderWay;
        fault.works();
      } catch (error) {
        const verb = isUnderWay ? 'written' : 'removed';
        fault.fails(`${path} cannot be ${verb}: ${messageOf(error)}`);
      }
    },
  };
}
