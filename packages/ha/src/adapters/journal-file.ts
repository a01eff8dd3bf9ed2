import { mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { formatEntry } from '@hosted-engine/core';
import { isErrno, type Log, messageOf } from '@hosted-engine/ports';
import type { Journal } from '../journal.js';

export interface JournalFileOptions {
  readonly path: string;
  readonly log: Log;
  /** Bytes after which the journal is turned over; the one before is kept as `.1`. @default 8 MiB */
  readonly sizeMax?: number;
  /** Lines that may wait for a slow disk; what comes after them is left out and counted. @default 1000 */
  readonly waitingMax?: number;
}

/**
 * The journal as JSON lines on this host's own disk: never on the shared storage, which may hang. At most two
 * files of `sizeMax` and one line; a restart goes on where the last run ended, also behind a torn line.
 */
export function createJournalFile(options: JournalFileOptions): Journal {
  const { path, log } = options;
  const sizeMax = options.sizeMax ?? 8 * 1024 * 1024;
  const waitingMax = options.waitingMax ?? 1000;
  let waiting: string[] = [];
  let leftOut = 0;
  let isFailing = false;
  let writing: Promise<void> | undefined;

  async function write(text: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    const { size, isTorn } = await endOf(path);
    if (size > sizeMax) await rename(path, `${path}.1`);
    const file = await open(path, 'a', 0o640);
    try {
      await file.appendFile(isTorn && size <= sizeMax ? `\n${text}` : text);
    } finally {
      await file.close();
    }
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const lines = waiting;
      waiting = [];
      try {
        await write(lines.map((line) => `${line}\n`).join(''));
        if (isFailing) log.info(`the decision journal ${path} can be written again`);
        isFailing = false;
      } catch (error) {
        leftOut += lines.length;
        const why = messageOf(error);
        if (!isFailing) log.warn(`the decision journal ${path} cannot be written: ${why}`);
        isFailing = true;
      }
      if (leftOut > 0 && !isFailing) {
        log.warn(`${leftOut} lines of the decision journal were left out`);
        leftOut = 0;
      }
    }
    writing = undefined;
  }

  return {
    append(entry) {
      if (waiting.length >= waitingMax) leftOut += 1;
      else waiting.push(formatEntry(entry));
      writing ??= writeAll();
    },
    close: async () => writing,
  };
}

/** How long the file is, and whether it ends within a line: then a crash cut it off. */
async function endOf(path: string): Promise<{ size: number; isTorn: boolean }> {
  try {
    const { size } = await stat(path);
    if (size === 0) return { size, isTorn: false };
    const file = await open(path, 'r');
    try {
      const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
      return { size, isTorn: buffer[0] !== 0x0a };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return { size: 0, isTorn: false };
    throw error;
  }
}
