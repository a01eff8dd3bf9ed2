// The search language, as far as hosts and events need it: `name=a* and (…)` without brackets, that is terms
// joined by `and` and `or` (`and` binds tighter), `=`, `!=`, `*` in values, quotes, `sortby`, `page`, and for fields
// whose values have an order `>=`, `<=`, `>` and `<`.

import { Fault } from './reply.js';

/** Items of one page of a search; 100, as oVirt has it. */
export const PAGE_SIZE = 100;

export interface Search {
  /** Alternatives, each a list of conditions that must all hold. Empty: everything. */
  readonly anyOf: readonly (readonly Condition[])[];
  readonly sortBy?: { readonly field: string; readonly isDescending: boolean };
  /** From 1. */
  readonly page?: number;
}

interface Condition {
  readonly field: string;
  readonly operator: Operator;
  readonly value: string;
}

const OPERATORS = ['=', '!=', '>=', '<=', '>', '<'] as const;
type Operator = (typeof OPERATORS)[number];

/** For each field whose values have an order, these values from the lowest on. */
export type Scales = Readonly<Record<string, readonly string[]>>;

/** Parses a query; a text without conditions finds everything. Throws Fault 400. */
export function parseSearch(text: string, fields: readonly string[], scales: Scales = {}): Search {
  const tokens = tokenize(text);
  let at = 0;
  if (/(hosts|events):$/i.test(tokens[0] ?? '')) at++;
  const fieldAt = (index: number): string => {
    const field = (tokens[index] ?? '').toLowerCase().replace(/^host\./, '');
    if (!fields.includes(field)) throw bad(`"${tokens[index] ?? ''}" cannot be searched for`);
    return field;
  };
  const anyOf: Condition[][] = [];
  let all: Condition[] = [];
  let sortBy: Search['sortBy'];
  let page: number | undefined;
  let expectsCondition = false;
  while (at < tokens.length) {
    const word = (tokens[at] ?? '').toLowerCase();
    if (word === 'sortby' && !expectsCondition) {
      const field = fieldAt(at + 1);
      const order = tokens[at + 2]?.toLowerCase();
      const hasOrder = order === 'asc' || order === 'desc';
      sortBy = { field, isDescending: order === 'desc' };
      at += hasOrder ? 3 : 2;
    } else if (word === 'page' && /^[1-9]\d{0,8}$/.test(tokens[at + 1] ?? '')) {
      page = Number(tokens[at + 1]);
      at += 2;
    } else if ((word === 'and' || word === 'or') && all.length > 0 && !expectsCondition) {
      if (word === 'or') {
        anyOf.push(all);
        all = [];
      }
      expectsCondition = true;
      at++;
    } else {
      if (all.length > 0 && !expectsCondition) throw bad('"and" or "or" is expected');
      const operator = OPERATORS.find((one) => one === tokens[at + 1]);
      const value = tokens[at + 2];
      if (operator === undefined || value === undefined) throw bad('FIELD=VALUE is expected');
      const condition = { field: fieldAt(at), operator, value: unquote(value) };
      checkOrder(condition, scales);
      all.push(condition);
      expectsCondition = false;
      at += 3;
    }
  }
  if (expectsCondition) throw bad('a condition is expected at the end');
  if (all.length > 0) anyOf.push(all);
  return {
    anyOf,
    ...(sortBy === undefined ? {} : { sortBy }),
    ...(page === undefined ? {} : { page }),
  };
}

/** The items that match, sorted and cut to the page. */
export function applySearch<T>(
  search: Search,
  items: readonly T[],
  fieldOf: (item: T, field: string) => string,
  isCaseSensitive: boolean,
  scales: Scales = {},
): T[] {
  const fold = (text: string): string => (isCaseSensitive ? text : text.toLowerCase());
  const holds = (item: T, condition: Condition): boolean => {
    const { field, operator, value } = condition;
    const seen = fieldOf(item, field);
    if (operator === '=') return isLike(fold(seen), fold(value));
    if (operator === '!=') return !isLike(fold(seen), fold(value));
    const scale = scales[field] ?? [];
    return COMPARE[operator](scale.indexOf(seen), scale.indexOf(value.toLowerCase()));
  };
  let found = items.filter(
    (item) =>
      search.anyOf.length === 0 ||
      search.anyOf.some((all) => all.every((condition) => holds(item, condition))),
  );
  const { sortBy, page } = search;
  if (sortBy !== undefined) {
    const sign = sortBy.isDescending ? -1 : 1;
    found.sort((a, b) => sign * compare(fieldOf(a, sortBy.field), fieldOf(b, sortBy.field)));
  }
  if (page !== undefined) found = found.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
  return found;
}

const COMPARE = {
  '>=': (a: number, b: number) => a >= b,
  '<=': (a: number, b: number) => a <= b,
  '>': (a: number, b: number) => a > b,
  '<': (a: number, b: number) => a < b,
} as const;

function checkOrder({ field, operator, value }: Condition, scales: Scales): void {
  if (operator === '=' || operator === '!=') return;
  const scale = scales[field];
  if (scale === undefined) throw bad(`"${field}" has no order`);
  if (!scale.includes(value.toLowerCase())) throw bad(`"${field}" is one of ${scale.join(', ')}`);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** `*` is any text. Piece by piece from the left, so no pattern takes more than linear time. */
function isLike(text: string, pattern: string): boolean {
  const pieces = pattern.split('*');
  const first = pieces.shift() ?? '';
  const last = pieces.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const piece of pieces) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= text.length - last.length && text.endsWith(last);
}

function tokenize(text: string): string[] {
  if (text.length > 2000) throw bad('it is too long');
  const tokens: string[] = [];
  const pattern = /\s*("[^"]*"|!=|>=|<=|=|>|<|[^\s"=!<>]+)/y;
  const trimmed = text.trimEnd();
  while (pattern.lastIndex < trimmed.length) {
    const token = pattern.exec(trimmed)?.[1];
    if (token === undefined) throw bad('it is not understood');
    tokens.push(token);
  }
  return tokens;
}

function unquote(token: string): string {
  return token.startsWith('"') ? token.slice(1, -1) : token;
}

function bad(why: string): Fault {
  return new Fault(400, `[The search cannot be used: ${why}]`, { reason: 'Invalid search' });
}
