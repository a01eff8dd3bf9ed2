/** What every key of a configuration file has, whatever its type. */
interface KeyBase<T> {
  readonly key: string;
  /** Of an INI file. */
  readonly section?: string;
  /** Its value when the file does not say. */
  readonly fallback?: T;
  /** What is done without it, where that is no fixed value. */
  readonly whenAbsent?: string;
  /** The file makes no sense without it. */
  readonly isRequired?: true;
  /** Not one of the original's keys. */
  readonly isOurs?: true;
  readonly meaning: string;
}

export interface TextKey extends KeyBase<string> {
  readonly type: 'text';
}

export interface ChoiceKey extends KeyBase<string> {
  readonly type: 'choice';
  readonly choices: readonly string[];
}

export interface FlagKey extends KeyBase<boolean> {
  readonly type: 'flag';
}

export interface IntegerKey extends KeyBase<number> {
  readonly type: 'integer';
  readonly min: number;
  readonly max: number;
}

export interface DecimalKey extends KeyBase<number> {
  readonly type: 'decimal';
  readonly min: number;
  readonly max: number;
}

/**
 * One key of a configuration file: its type, what is right and what is assumed when nobody says. The parsers read
 * by these, and docs/reference/configuration.md is made from them, so that neither can say what the other does not.
 */
export type ConfKey = TextKey | ChoiceKey | FlagKey | IntegerKey | DecimalKey;

export type ConfValue<K extends ConfKey> = K extends FlagKey
  ? boolean
  : K extends IntegerKey | DecimalKey
    ? number
    : string;

/** A value as it is written, or what is wrong with it. */
export type ReadValue<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'fault'; readonly what: string };

/** Words of Python's configuration files and of shells, for a flag. */
const TRUE = ['true', 'yes', 'on', '1'];
const FALSE = ['false', 'no', 'off', '0'];

/** Reads the text of a value by its key's type and bounds. */
export function readConfValue<K extends ConfKey>(key: K, text: string): ReadValue<ConfValue<K>> {
  // The switch gives each key's own type; TypeScript does not follow it through K.
  return readAny(key, text) as ReadValue<ConfValue<K>>;
}

function readAny(key: ConfKey, text: string): ReadValue<string | number | boolean> {
  switch (key.type) {
    case 'text':
      return value(text);
    case 'choice':
      return key.choices.includes(text) ? value(text) : fault(`is none of ${listed(key.choices)}`);
    case 'flag': {
      const word = text.toLowerCase();
      if (TRUE.includes(word)) return value(true);
      return FALSE.includes(word) ? value(false) : fault('is neither true nor false');
    }
    case 'integer':
    case 'decimal':
      return readNumber(key, text);
  }
}

function readNumber(key: IntegerKey | DecimalKey, text: string): ReadValue<number> {
  const form = key.type === 'integer' ? /^-?\d+$/ : /^-?(\d+\.?\d*|\.\d+)$/;
  const number = form.test(text) ? Number(text) : Number.NaN;
  if (number >= key.min && number <= key.max) return value(number);
  const what = key.type === 'integer' ? 'whole number' : 'number';
  return fault(`is no ${what} between ${key.min} and ${key.max}`);
}

function listed(choices: readonly string[]): string {
  return choices.join(', ');
}

function value<T>(read: T): ReadValue<T> {
  return { kind: 'value', value: read };
}

function fault(what: string): { readonly kind: 'fault'; readonly what: string } {
  return { kind: 'fault', what };
}
