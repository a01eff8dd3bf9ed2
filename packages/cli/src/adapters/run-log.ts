import { randomInt } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { LogFields } from '@hosted-engine/ports';
import type { RunLog } from '@hosted-engine/setup';

const MASK = '**FILTERED**';
const SUFFIX_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const SUFFIX_LENGTH = 6;

/** `ovirt-hosted-engine-setup-YYYYMMDDhhmmss-XXXXXX.log`, in local time as the admin's clock shows. */
export function logFileName(now: Date, program = 'ovirt-hosted-engine-setup'): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const time = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
  const suffix = Array.from(
    { length: SUFFIX_LENGTH },
    () => SUFFIX_LETTERS[randomInt(SUFFIX_LETTERS.length)],
  );
  return `${program}-${date}${time}-${suffix.join('')}.log`;
}

export interface RunLogFile extends RunLog {
  close(): void;
}

/** A new log file, 0600. Each line is written at once: the run may be killed at any moment. */
export function openRunLog(directory: string, now: Date, program?: string): RunLogFile {
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  const path = join(directory, logFileName(now, program));
  const descriptor = openSync(path, 'wx', 0o600);
  const secrets = new Set<string>();
  const masked = (text: string): string => {
    let result = text;
    for (const secret of secrets) result = result.replaceAll(secret, MASK);
    return result;
  };
  const write = (level: string, message: string, fields: LogFields = {}): void => {
    const details = Object.entries(fields).map(
      ([key, value]) => ` ${key}=${JSON.stringify(value)}`,
    );
    const line = `${new Date().toISOString()} ${level} ${message}${details.join('')}`;
    writeSync(descriptor, `${masked(line)}\n`);
  };
  return {
    path,
    hide: (secret) => {
      if (secret === '') return;
      secrets.add(secret);
      // As it stands inside the JSON of a field.
      secrets.add(JSON.stringify(secret).slice(1, -1));
    },
    error: (message, fields) => write('ERROR', message, fields),
    warn: (message, fields) => write('WARNING', message, fields),
    info: (message, fields) => write('INFO', message, fields),
    debug: (message, fields) => write('DEBUG', message, fields),
    close: () => closeSync(descriptor),
  };
}
