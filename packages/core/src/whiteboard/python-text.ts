/**
 * The few rules of Python that the whiteboard's format inherits from its first writer:
 * how integers are read, how JSON is written, and how a date is shown.
 */

/**
 * An integer that lost no digit: a number while that is exact, else its decimal text. (Not a bigint:
 * a journal that meets one in a peer's slot must still be able to write it as JSON.)
 */
export type ExactInt = number | string;

/** What `int()` strips from both ends: Python's white space, which is not quite JavaScript's. */
const BLANK =
  '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]*';
const INTEGER = new RegExp(`^${BLANK}([+-]?)([0-9]+(?:_[0-9]+)*)${BLANK}$`);

/** Few enough digits for a number to hold them all. */
const PLAIN_INTEGER = /^[0-9]{1,15}$/;

/**
 * Reads an integer as Python's `int()` does: blanks around it, a sign, single underscores between
 * digits. Digits of other scripts are refused: no writer uses them, so they can only be damage.
 */
export function parsePythonInt(text: string): bigint | undefined {
  // What every writer writes; the general form takes several times as long.
  if (PLAIN_INTEGER.test(text)) return BigInt(Number(text));
  const match = INTEGER.exec(text);
  if (match === null) return undefined;
  const value = BigInt((match[2] ?? '').replaceAll('_', ''));
  return match[1] === '-' ? -value : value;
}

export function exactInt(value: bigint): ExactInt {
  const asNumber = Number(value);
  return Number.isSafeInteger(asNumber) ? asNumber : String(value);
}

/** A value that JSON can carry; bigints are written with all their digits. */
export type JsonValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** JSON as Python's `json.dumps` writes it: a blank after `,` and `:`, and ASCII only. */
export function pythonJson(value: JsonValue): string {
  if (typeof value === 'string') return asciiOnly(JSON.stringify(value));
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  const members = Object.entries(value).map(([key, member]) => {
    return `${pythonJson(key)}: ${pythonJson(member)}`;
  });
  return `{${members.join(', ')}}`;
}

function asciiOnly(text: string): string {
  return text.replace(/[^ -~]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** `True` or `False`, as the readers of `--vm-status` expect. */
export function pythonBool(value: boolean): string {
  return value ? 'True' : 'False';
}

const WEEKDAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'] as const;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const DAY_S = 86_400;

/** `Thu Nov 16 08:30:56 2023` for epoch seconds, in UTC: C's `ctime` without its newline. */
export function ctimeUtc(epochS: number): string {
  const seconds = Math.floor(epochS);
  const days = Math.floor(seconds / DAY_S);
  const inDay = seconds - days * DAY_S;
  const { year, month, day } = civilDate(days);
  const weekday = WEEKDAYS[((days % 7) + 7) % 7] ?? '';
  const clock = [inDay / 3600, (inDay / 60) % 60, inDay % 60]
    .map((part) => String(Math.floor(part)).padStart(2, '0'))
    .join(':');
  return `${weekday} ${MONTHS[month - 1] ?? ''} ${String(day).padStart(2)} ${clock} ${year}`;
}

/**
 * The Gregorian date of a day number counted from 1970-01-01. The year is taken to begin in March,
 * so that the leap day is the last of its year and month lengths repeat every five months.
 */
function civilDate(daysSince1970: number): { year: number; month: number; day: number } {
  const days = daysSince1970 + 719_468; // from 0000-03-01
  const era = Math.floor(days / 146_097); // 400 years
  const dayOfEra = days - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, day };
}
