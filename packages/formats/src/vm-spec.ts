/**
 * The one-line maps of vm.conf: `{type:disk,address:{bus:0x00,slot:0x06},path:}`. Nested, without
 * quotes or escapes: a value ends at "," or "}" and may hold ":" but neither of those nor "{".
 */

export interface VmSpec {
  readonly [key: string]: string | VmSpec;
}

/** What is wrong with a map, in words for a FormatProblem. */
export class VmSpecError extends Error {}

/** Without braces these four are written short. */
const SHORT_IDS = new Set(['domain', 'pool', 'image', 'volume']);

/** @throws VmSpecError */
export function parseVmSpec(text: string): VmSpec {
  if (!text.startsWith('{')) {
    const flat = new Reader(`{${text}}`).all();
    return fromEntries(
      Object.entries(flat).map(([key, value]) => [SHORT_IDS.has(key) ? `${key}ID` : key, value]),
    );
  }
  return new Reader(text).all();
}

/** @throws VmSpecError for keys and values that the syntax cannot hold */
export function formatVmSpec(spec: VmSpec): string {
  const pairs = Object.entries(spec).map(([key, value]) => {
    if (!/^[^\s#:,{}]+$/.test(key)) throw new VmSpecError(`key ${JSON.stringify(key)}`);
    if (typeof value !== 'string') return `${key}:${formatVmSpec(value)}`;
    if (/[\s#,{}]/.test(value)) throw new VmSpecError(`value of ${key}`);
    return `${key}:${value}`;
  });
  return `{${pairs.join(',')}}`;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  all(): VmSpec {
    const map = this.#map(1);
    if (this.#at < this.#text.length) throw new VmSpecError('has text after the closing brace');
    return map;
  }

  #map(depth: number): VmSpec {
    // Real maps nest twice; the bound keeps a hostile file from exhausting the stack.
    if (depth > 20) throw new VmSpecError('is nested too deeply');
    const entries: [string, string | VmSpec][] = [];
    this.#at += 1;
    if (this.#text[this.#at] === '}') {
      this.#at += 1;
      return {};
    }
    for (;;) {
      entries.push(this.#pair(depth));
      const end = this.#text[this.#at];
      if (end !== ',' && end !== '}') throw new VmSpecError('lacks a closing brace');
      this.#at += 1;
      if (end === '}') return fromEntries(entries);
    }
  }

  #pair(depth: number): [string, string | VmSpec] {
    const key = this.#until(/[:,{}]/g);
    if (this.#text[this.#at] !== ':' || key === '') {
      throw new VmSpecError(`has no key:value pair at "${key}"`);
    }
    this.#at += 1;
    if (this.#text[this.#at] === '{') return [key, this.#map(depth + 1)];
    const value = this.#until(/[,{}]/g);
    if (this.#text[this.#at] === '{') throw new VmSpecError(`has a stray "{" in ${key}`);
    return [key, value];
  }

  #until(stop: RegExp): string {
    stop.lastIndex = this.#at;
    const end = stop.exec(this.#text)?.index ?? this.#text.length;
    const found = this.#text.slice(this.#at, end);
    this.#at = end;
    return found;
  }
}

/** Own properties even for names such as `__proto__`. */
function fromEntries(entries: readonly [string, string | VmSpec][]): VmSpec {
  return Object.fromEntries(entries);
}
