import type { Log, LogFields } from './log.js';

/**
 * The fault of something that is tried again and again: a warning when it is new or another than before, and
 * none while it stays.
 */
export interface FaultLog {
  /** It fails, as `text` says. */
  fails(text: string, fields?: LogFields): void;
  /** It works: the next fault is a new one. */
  works(): void;
}

export function createFaultLog(log: Pick<Log, 'warn'>): FaultLog {
  let standing: string | undefined;
  return {
    fails(text, fields) {
      if (text !== standing) log.warn(text, fields);
      standing = text;
    },
    works() {
      standing = undefined;
    },
  };
}
