// Scalars and flow collections of the YAML subset. Errors here carry no place; the caller adds it.

import type { YamlValue } from './yaml-subset.js';

/** Splits `key: rest`. Undefined when the line is no mapping entry. */
export function splitKey(text: string): { key: string; rest: string } | undefined {
  const quoted = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*:(?:\s+(.*))?$/.exec(text);
  if (quoted?.[1] !== undefined) {
    return { key: unquote(quoted[1]), rest: withoutComment(quoted[2] ?? '') };
  }
  const plain = /^([^\s"'#[{&*!|>%@`-][^:#]*?|-[^\s:][^:#]*?)\s*:(?:\s+(.*))?$/.exec(text);
  if (plain?.[1] === undefined) return undefined;
  return { key: plain[1], rest: withoutComment(plain[2] ?? '') };
}

/** The text of a plain, single-quoted or double-quoted scalar. Throws on an open quote. */
export function unquote(text: string): string {
  if (text.startsWith('"')) {
    const match = /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/.exec(text);
    if (match?.[1] === undefined) throw new Error('the double quotes are not closed');
    return match[1].replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)/g, (_all, code: string) =>
      escaped(code),
    );
  }
  if (text.startsWith("'")) {
    const match = /^'((?:[^']|'')*)'\s*(?:#.*)?$/.exec(text);
    if (match?.[1] === undefined) throw new Error('the single quotes are not closed');
    return match[1].replaceAll("''", "'");
  }
  return withoutComment(text);
}

/** `[a, "b"]` or `{a: b}`, nested as deep as wanted. Throws on anything else. */
export function parseFlow(text: string): YamlValue {
  const tokens = tokenize(text);
  let at = 0;
  const take = (): string => {
    const token = tokens[at++];
    if (token === undefined) throw new Error('the bracket is not closed on this line');
    return token;
  };
  const value = (): YamlValue => {
    const token = take();
    if (token === '[') return sequence();
    if (token === '{') return mapping();
    if (/^[\]},:]$/.test(token)) throw new Error(`"${token}" is not expected here`);
    return unquote(token);
  };
  const sequence = (): YamlValue => {
    const items: YamlValue[] = [];
    while (tokens[at] !== ']') {
      items.push(value());
      if (tokens[at] === ',') at++;
      else if (tokens[at] !== ']') throw new Error('a comma or ] is expected');
    }
    at++;
    return items;
  };
  const mapping = (): YamlValue => {
    const map: Record<string, YamlValue> = Object.create(null) as Record<string, YamlValue>;
    while (tokens[at] !== '}') {
      const key = unquote(take());
      if (take() !== ':') throw new Error('a colon is expected after the key');
      map[key] = value();
      if (tokens[at] === ',') at++;
      else if (tokens[at] !== '}') throw new Error('a comma or } is expected');
    }
    at++;
    return map;
  };
  const result = value();
  if (at < tokens.length && !(tokens[at] ?? '').startsWith('#')) {
    throw new Error('there is text after the closing bracket');
  }
  return result;
}

function tokenize(text: string): string[] {
  const pattern =
    /\s*("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[[\]{},]|:(?=\s|$)|#.*$|(?:[^\s[\]{},:#]|:(?=\S)|(?<=\S)#)(?:[^[\]{},:]|:(?=\S))*)/y;
  const tokens: string[] = [];
  while (pattern.lastIndex < text.trimEnd().length) {
    const match = pattern.exec(text);
    if (match?.[1] === undefined) throw new Error('this flow value is not understood');
    tokens.push(match[1].trimEnd());
  }
  return tokens;
}

function escaped(code: string): string {
  const known: Readonly<Record<string, string>> = {
    n: '\n',
    t: '\t',
    r: '\r',
    '0': '\0',
    '"': '"',
    '\\': '\\',
    '/': '/',
    ' ': ' ',
  };
  if (code.length > 1) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
  const value = known[code];
  if (value === undefined) throw new Error(`the escape \\${code} is not understood`);
  return value;
}

function withoutComment(text: string): string {
  if (/^["']/.test(text)) return text;
  return text.replace(/(^|\s+)#.*$/, '').trimEnd();
}
