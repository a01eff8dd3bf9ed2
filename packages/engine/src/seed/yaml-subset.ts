// Reads the part of YAML that seed disks are written in: block mappings and sequences, plain and
// quoted scalars, literal (|) and folded (>) blocks, flow sequences and mappings of scalars,
// comments. Anchors, aliases, tags and several documents are refused by name: a setting that would
// be read differently from what its writer meant is worse than none. All scalars stay text.

import { HeError } from '@hosted-engine/ports';
import { parseFlow, splitKey, unquote } from './yaml-scalar.js';

export type YamlValue = string | YamlMap | readonly YamlValue[];
export interface YamlMap {
  readonly [key: string]: YamlValue;
}

/** One line with its place; comments and blank lines are gone, except inside block scalars. */
interface Line {
  readonly number: number;
  readonly indent: number;
  readonly text: string;
}

/** Parses one document whose root is a mapping. Rejects with HE_CONFIG_INVALID and the line. */
export function parseYaml(text: string, file: string): YamlMap {
  return new YamlParser(text.replace(/^\uFEFF/, '').split(/\r?\n/), file, 0).document();
}

class YamlParser {
  private readonly raw: readonly string[];
  private readonly file: string;
  /** Index of the next line to look at. */
  private at: number;

  constructor(raw: readonly string[], file: string, at: number) {
    this.raw = raw;
    this.file = file;
    this.at = at;
  }

  document(): YamlMap {
    const first = this.peek();
    if (first === undefined) return {};
    if (first.text === '---') this.at = first.number;
    const start = this.peek();
    if (start === undefined) return {};
    const value = this.block(start.indent);
    const rest = this.peek();
    if (rest !== undefined) this.fail(rest.number, 'this line is indented less than it should be');
    if (typeof value === 'string' || isSequence(value)) {
      this.fail(start.number, 'a mapping is expected');
    }
    return value;
  }

  private block(indent: number): YamlValue {
    const line = this.peek();
    if (line === undefined) return '';
    if (line.text === '-' || line.text.startsWith('- ')) return this.sequence(indent);
    if (splitKey(line.text) === undefined && /^[[{"']/.test(line.text)) {
      this.at = line.number;
      return this.scalar(line.text, line.number);
    }
    return this.mapping(indent);
  }

  private mapping(indent: number): YamlMap {
    const map: Record<string, YamlValue> = Object.create(null) as Record<string, YamlValue>;
    for (let line = this.peek(); line !== undefined; line = this.peek()) {
      if (line.indent < indent) break;
      if (line.indent > indent) this.fail(line.number, 'this line is indented too far');
      const pair = splitKey(line.text);
      if (pair === undefined) this.fail(line.number, '`key: value` is expected');
      if (pair.key in map) this.fail(line.number, `the key ${pair.key} is there twice`);
      this.at = line.number;
      map[pair.key] = this.value(pair.rest, line, true);
    }
    return map;
  }

  private sequence(indent: number): readonly YamlValue[] {
    const items: YamlValue[] = [];
    for (let line = this.peek(); line !== undefined; line = this.peek()) {
      const isItem = line.text === '-' || line.text.startsWith('- ');
      if (line.indent < indent || (line.indent === indent && !isItem)) break;
      if (line.indent > indent) this.fail(line.number, 'this line is indented too far');
      const rest = line.text.slice(1).trimStart();
      const inner = indent + (line.text.length - rest.length);
      if (rest !== '' && splitKey(rest) !== undefined && !/^[[{"']/.test(rest)) {
        items.push(this.inlineMapping(line, rest, inner));
      } else {
        this.at = line.number;
        items.push(this.value(rest, line, false));
      }
    }
    return items;
  }

  /** `- key: value`, whose further keys stand below `key`. */
  private inlineMapping(line: Line, rest: string, indent: number): YamlMap {
    const raw = [...this.raw];
    raw[line.number - 1] = `${' '.repeat(indent)}${rest}`;
    const inner = new YamlParser(raw, this.file, line.number - 1);
    const map = inner.mapping(indent);
    this.at = inner.at;
    return map;
  }

  private value(rest: string, line: Line, isMappingValue: boolean): YamlValue {
    const block = /^([|>])([+-]?)(?:\s+#.*)?$/.exec(rest);
    if (block !== null) return this.blockScalar(line, block[1] === '>', block[2] ?? '');
    if (rest !== '') return this.scalar(rest, line.number);
    const next = this.peek();
    if (next === undefined) return '';
    const isDash = next.text === '-' || next.text.startsWith('- ');
    const isNested =
      next.indent > line.indent || (isMappingValue && isDash && next.indent === line.indent);
    return isNested ? this.block(next.indent) : '';
  }

  private blockScalar(line: Line, isFolded: boolean, chomp: string): string {
    const lines: string[] = [];
    let indent: number | undefined;
    while (this.at < this.raw.length) {
      const raw = this.raw[this.at] ?? '';
      const own = raw.length - raw.trimStart().length;
      if (raw.trim() !== '') {
        indent ??= own;
        if (own <= line.indent || own < indent) break;
      }
      lines.push(raw.slice(indent ?? raw.length));
      this.at++;
    }
    while (lines.length > 0 && lines[lines.length - 1]?.trim() === '') lines.pop();
    const text = lines.join(isFolded ? ' ' : '\n');
    return chomp === '-' || text === '' ? text : `${text}\n`;
  }

  private scalar(text: string, number: number): YamlValue {
    if (/^[&*!]/.test(text)) this.fail(number, 'anchors, aliases and tags are not understood');
    try {
      return text.startsWith('[') || text.startsWith('{') ? parseFlow(text) : unquote(text);
    } catch (error) {
      return this.fail(number, error instanceof Error ? error.message : 'this is not understood');
    }
  }

  private peek(): Line | undefined {
    for (let index = this.at; index < this.raw.length; index++) {
      const raw = this.raw[index] ?? '';
      const text = raw.trim();
      if (text === '' || text.startsWith('#')) continue;
      const indent = raw.length - raw.trimStart().length;
      if (raw.slice(0, indent).includes('\t')) this.fail(index + 1, 'a tab cannot indent');
      if (indent === 0 && text === '...') return undefined;
      return { number: index + 1, indent, text };
    }
    return undefined;
  }

  private fail(number: number, why: string): never {
    throw new HeError('HE_CONFIG_INVALID', `${this.file}, line ${number}: ${why}`);
  }
}

/** Narrows to a sequence; Array.isArray does not narrow read-only arrays. */
export function isSequence(value: YamlValue | undefined): value is readonly YamlValue[] {
  return Array.isArray(value);
}

/** Narrows to a mapping. */
export function isMap(value: YamlValue | undefined): value is YamlMap {
  return typeof value === 'object' && !isSequence(value);
}
