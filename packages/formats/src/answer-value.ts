/** A typed value of an answer file: none, bool, int, str, multi-str. */
export type AnswerValue = null | boolean | number | string | readonly string[];

export type ParsedAnswer =
  | { readonly kind: 'value'; readonly value: AnswerValue; readonly warning?: string }
  | { readonly kind: 'bad'; readonly what: string };

/** Reads `type:value`. What is said of a bad one never contains the value. */
export function parseAnswerValue(text: string): ParsedAnswer {
  const colon = text.indexOf(':');
  if (colon < 0) return bad('has no type: write KEY=str:value, int:, bool:, multi-str: or none:');
  const type = text.slice(0, colon);
  const raw = text.slice(colon + 1);
  switch (type) {
    case 'none':
      return { kind: 'value', value: null };
    case 'bool':
      return parseBool(raw.trim());
    case 'int':
      return parseInteger(raw.trim());
    case 'str':
      return { kind: 'value', value: raw };
    case 'multi-str':
      return { kind: 'value', value: raw === '' ? [] : raw.split('\n') };
    default:
      // The "type" may be the start of a secret whose type was forgotten: it is not shown either.
      return bad('has an unknown type: known are str, int, bool, multi-str and none');
  }
}

const FALSE_WORDS = ['f', 'F', 'false', 'False'];
const NO_WORDS = ['f', 'false', '0', 'n', 'no', 'off'];
const YES_WORDS = ['t', 'true', '1', 'y', 'yes', 'on'];

/** The original takes every word but FALSE_WORDS for true, `0` and `no` too: nobody means that. */
function parseBool(raw: string): ParsedAnswer {
  if (raw === '') return bad('has no value after bool:');
  if (FALSE_WORDS.includes(raw)) return { kind: 'value', value: false };
  const word = raw.toLowerCase();
  if (NO_WORDS.includes(word)) {
    return { kind: 'value', value: false, warning: 'is taken for False; write bool:False' };
  }
  if (YES_WORDS.includes(word)) return { kind: 'value', value: true };
  return { kind: 'value', value: true, warning: 'is taken for True; write bool:True' };
}

function parseInteger(raw: string): ParsedAnswer {
  const value = Number(raw);
  if (!/^[+-]?\d+$/.test(raw) || !Number.isSafeInteger(value)) return bad('is no integer');
  return { kind: 'value', value: value === 0 ? 0 : value };
}

function bad(what: string): ParsedAnswer {
  return { kind: 'bad', what };
}

/** `type:value`, or undefined when it could not be read back as it is. */
export function formatAnswerValue(value: AnswerValue): string | undefined {
  if (value === null) return 'none:None';
  if (typeof value === 'boolean') return value ? 'bool:True' : 'bool:False';
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? `int:${value === 0 ? 0 : value}` : undefined;
  }
  if (typeof value === 'string') {
    return isPlainLine(value) && value.trimEnd() === value ? `str:${value}` : undefined;
  }
  return formatLines(value);
}

/** Continuation lines are indented by one blank; the first line stands behind the type. */
function formatLines(lines: readonly string[]): string | undefined {
  const [first, ...more] = lines;
  if (first === undefined) return 'multi-str:';
  const isKept = (line: string): boolean => isPlainLine(line) && line.trim() === line;
  const isComment = (line: string): boolean => /^[#;]/.test(line);
  if (!lines.every(isKept) || more.some(isComment)) return undefined;
  // Empty lines at the end cannot be told from none, nor one empty line from no line.
  if (lines.at(-1) === '') return undefined;
  return `multi-str:${[first, ...more].join('\n ')}`;
}

function isPlainLine(text: string): boolean {
  return !/[\r\n]/.test(text);
}
