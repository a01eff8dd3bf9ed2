import type { Log } from '@hosted-engine/ports';

/** Keeps what was logged, for tests that care. */
export class RecordingLog implements Log {
  readonly lines: string[] = [];

  error(message: string, fields?: object): void {
    this.#keep('error', message, fields);
  }
  warn(message: string, fields?: object): void {
    this.#keep('warn', message, fields);
  }
  info(message: string, fields?: object): void {
    this.#keep('info', message, fields);
  }
  debug(message: string, fields?: object): void {
    this.#keep('debug', message, fields);
  }

  #keep(level: string, message: string, fields?: object): void {
    this.lines.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`);
  }
}
