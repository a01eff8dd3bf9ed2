import { HeError } from '@hosted-engine/ports';
import { type AnswerName, type AnswerValue, answerKey } from './catalogue.js';

export type Primitive = string | number | boolean;

/**
 * Where an answer came from. The first three were given before the run began: a flag outdoes the
 * environment, and that a file. Who asks later never hides an earlier answer.
 */
export type AnswerSource = 'file' | 'environment' | 'flag' | 'person' | 'cluster' | 'default';

interface Entry {
  readonly value: Primitive;
  readonly source: AnswerSource;
}

/** The answers of one run, each of its key's type. */
export class AnswerSet {
  readonly #entries = new Map<AnswerName, Entry>();

  /** The answer, or the key's fallback. HE_ANSWER_MISSING when there is neither. */
  get<K extends AnswerName>(name: K): AnswerValue<K> {
    const value = this.find(name);
    if (value === undefined) throw missingAnswers([name]);
    return value;
  }

  find<K extends AnswerName>(name: K): AnswerValue<K> | undefined {
    const value = this.#entries.get(name)?.value ?? answerKey(name).fallback;
    // `set` and the catalogue's types admit no other type under this name.
    return value as AnswerValue<K> | undefined;
  }

  /** Undefined when only the fallback, or nothing, is there. */
  source(name: AnswerName): AnswerSource | undefined {
    return this.#entries.get(name)?.source;
  }

  set<K extends AnswerName>(name: K, value: AnswerValue<K>, source: AnswerSource): void {
    this.#entries.set(name, { value, source });
  }

  setParsed(name: AnswerName, value: Primitive, source: AnswerSource): void {
    this.#entries.set(name, { value, source });
  }

  /** Whether somebody gave it, before the run or in it: what the cluster or a default says is no gift. */
  isGiven(name: AnswerName): boolean {
    const source = this.source(name);
    return source !== undefined && source !== 'cluster' && source !== 'default';
  }

  /** Forgets an answer that turned out to be wrong. */
  clear(name: AnswerName): void {
    this.#entries.delete(name);
  }

  /** Fills an answer that nobody gave. */
  setDefault<K extends AnswerName>(name: K, value: AnswerValue<K>): void {
    if (this.find(name) === undefined) this.#entries.set(name, { value, source: 'default' });
  }
}

/** One error for all of them, so that a file is put right in one go. */
export function missingAnswers(names: readonly AnswerName[]): HeError {
  const [first, ...more] = names.map((name) => `${name}: ${answerKey(name).meaning}`);
  const what = more.length === 0 ? `missing answer: ${first}` : listOf([first ?? '', ...more]);
  return new HeError('HE_ANSWER_MISSING', what, {
    remedy: `add a line ${exampleLine(names[0])} to a file given with --config-append${more.length === 0 ? '' : ', and one for each of the others'}`,
    details: { keys: names.join(' ') },
  });
}

function listOf(lines: readonly string[]): string {
  return ['missing answers:', ...lines.map((line) => `  ${line}`)].join('\n');
}

function exampleLine(name: AnswerName | undefined): string {
  if (name === undefined) return 'KEY=type:value';
  const { type } = answerKey(name);
  const value = { str: '…', int: 'N', bool: 'True' }[type];
  return `${name}=${type}:${value}`;
}
