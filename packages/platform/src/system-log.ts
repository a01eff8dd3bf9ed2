import type { Log, LogFields } from '@hosted-engine/ports';

export interface SystemLogOptions {
  /** systemd reads the output: lines begin with `<n>`, its priority, and carry no time. */
  readonly journal: boolean;
  /** Levels below are dropped. @default 'info' */
  readonly level?: LogLevel;
  /** Takes one line with its end. */
  readonly write: (line: string) => void;
  /** Epoch milliseconds, for the lines that people read. */
  readonly wallMs: () => number;
}

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

const PRIORITY: Readonly<Record<LogLevel, number>> = { error: 3, warn: 4, info: 6, debug: 7 };

/** True when systemd (or a service manager like it) collects this process's output. */
export function isJournal(env: Readonly<Record<string, string | undefined>>): boolean {
  return env['JOURNAL_STREAM'] !== undefined || env['NOTIFY_SOCKET'] !== undefined;
}

/** One line per message, `key=value` for its fields. */
export function createSystemLog(options: SystemLogOptions): Log {
  const least = PRIORITY[options.level ?? 'info'];

  function line(level: LogLevel, message: string, fields: LogFields = {}): void {
    const priority = PRIORITY[level];
    if (priority > least) return;
    const text = [message, ...Object.entries(fields).map(([key, value]) => `${key}=${value}`)]
      .join(' ')
      .replaceAll('\n', '\\n');
    const head = options.journal
      ? `<${priority}>`
      : `${new Date(options.wallMs()).toISOString()} ${level.toUpperCase().padEnd(5)} `;
    options.write(`${head}${text}\n`);
  }

  return {
    error: (message, fields) => line('error', message, fields),
    warn: (message, fields) => line('warn', message, fields),
    info: (message, fields) => line('info', message, fields),
    debug: (message, fields) => line('debug', message, fields),
  };
}
