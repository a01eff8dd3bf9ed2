import { type ConfKey, type ConfValue, readConfValue } from './conf-key.js';
import type { FormatProblem } from './format-error.js';

/** Reads values of one file by their keys and collects what is wrong with them. */
export class ConfReader {
  readonly problems: FormatProblem[] = [];
  readonly #lookup: (key: ConfKey) => string | undefined;

  /** `lookup` gives the text of a value; undefined when the file does not say. */
  constructor(lookup: (key: ConfKey) => string | undefined) {
    this.#lookup = lookup;
  }

  /** The value, else the key's fallback. A bad value is a problem, and the fallback is given meanwhile. */
  find<K extends ConfKey>(key: K): ConfValue<K> | undefined {
    const text = this.#lookup(key);
    if (text === undefined) {
      if (key.isRequired === true) this.problems.push({ key: nameOf(key), what: 'is missing' });
      return fallbackOf(key);
    }
    const read = readConfValue(key, text);
    if (read.kind === 'value') return read.value;
    this.problems.push({ key: nameOf(key), what: read.what });
    return fallbackOf(key);
  }

  /** As `find`, for a key that is required or has a fallback. `blank` stands in while there is a problem. */
  get<K extends ConfKey>(key: K, blank: ConfValue<K>): ConfValue<K> {
    return this.find(key) ?? blank;
  }
}

function nameOf(key: ConfKey): string {
  return key.section === undefined ? key.key : `[${key.section}] ${key.key}`;
}

/** The catalogue's types admit no other type of fallback under this key. */
function fallbackOf<K extends ConfKey>(key: K): ConfValue<K> | undefined {
  return key.fallback as ConfValue<K> | undefined;
}
