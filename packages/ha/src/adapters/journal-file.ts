import { appendFile, mkdir, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Log, messageOf } from '@hosted-engine/ports';
import { formatEntry, type Journal } from '../journal.js';

/** Bytes after which the journal is turned over; the one before is kept as `.1`. */
const SIZE_MAX = 16 * 1024 * 1024;

/** The journal as JSON lines on this host's own disk: never on the shared storage, which may hang. */
export function createJournalFile(path: string, log: Log): Journal {
  let writing: Promise<void> = Promise.resolve();

  async function write(line: string): Promise<void> {
    try {
      await mkdir(dirname(path), { recursive: true });
      const size = await stat(path).then(
        (found) => found.size,
        () => 0,
      );
      if (size > SIZE_MAX) await rename(path, `${path}.1`);
      await appendFile(path, `${line}\n`, { mode: 0o640 });
    } catch (error) {
      log.warn(`the decision journal ${path} cannot be written: ${messageOf(error)}`);
    }
  }

  return {
    append(entry) {
      const line = formatEntry(entry);
      writing = writing.then(() => write(line));
    },
    close: () => writing,
  };
}
