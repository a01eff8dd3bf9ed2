import { FormatError } from './format-error.js';
import { quoteShellWord, unquoteShellWord } from './shell-word.js';

// `s`: a value may hold U+2028 and its like, which `.` alone would not match.
const ASSIGNMENT = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s;

/**
 * A file of `key=value` lines that shells can source (hosted-engine.conf, ha.conf), which keeps
 * comments, order and unknown keys through a change. Immutable. The last of several equal keys
 * counts, as it does for a shell; lines that assign nothing are carried along unread.
 */
export class KeyValueDocument {
  readonly #lines: readonly string[];

  private constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  static parse(text: string): KeyValueDocument {
    return new KeyValueDocument(text === '' ? [] : text.replace(/\n$/, '').split(/\r?\n/));
  }

  get(key: string): string | undefined {
    return this.entries().get(key);
  }

  entries(): ReadonlyMap<string, string> {
    const entries = new Map<string, string>();
    for (const line of this.#lines) {
      const [, key, value] = ASSIGNMENT.exec(line) ?? [];
      if (key !== undefined && value !== undefined) entries.set(key, unquoteShellWord(value));
    }
    return entries;
  }

  /** Replaces the value where it stands, or appends it. Throws FormatError for what is no line. */
  with(key: string, value: string): KeyValueDocument {
    const line = `${key}=${quoteShellWord(value)}`;
    if (!ASSIGNMENT.test(line) || /[\r\n]/.test(value)) {
      throw new FormatError('key=value file', [{ key, what: 'cannot be written as one line' }]);
    }
    const at = this.#lines.findLastIndex((text) => ASSIGNMENT.exec(text)?.[1] === key);
    return new KeyValueDocument(at < 0 ? [...this.#lines, line] : this.#lines.with(at, line));
  }

  without(key: string): KeyValueDocument {
    return new KeyValueDocument(this.#lines.filter((text) => ASSIGNMENT.exec(text)?.[1] !== key));
  }

  toString(): string {
    return this.#lines.map((line) => `${line}\n`).join('');
  }
}
