import { HeError } from '@hosted-engine/ports';
import type { AnswerKey } from './answer-key.js';
import type { Primitive } from './answer-set.js';
import { type AnswerName, answerKey } from './catalogue.js';

/** Where a value was written, for the error that refuses it. */
export type Origin = string;

/** A value with the type that its file declared, converted to the key's own type and checked. */
export function readValue(name: AnswerName, text: string, origin: Origin): Primitive {
  const key = answerKey(name);
  const shown = key.isSecret === true ? '(hidden)' : `'${text}'`;
  const value = convert(key, text);
  if (value === undefined) {
    const kinds = { str: 'text', int: 'an integer', bool: 'True or False' };
    throw invalidAnswer(name, `${shown} is not ${kinds[key.type]}`, origin);
  }
  const problem = problemOf(key, value);
  if (problem !== undefined) throw invalidAnswer(name, `${shown} ${problem}`, origin);
  return value;
}

export function invalidAnswer(name: AnswerName, what: string, origin?: Origin): HeError {
  const place = origin === undefined || origin === '' ? '' : ` (${origin})`;
  return new HeError('HE_ANSWER_INVALID', `invalid answer ${name}: ${what}${place}`, {
    remedy: `give ${answerKey(name).meaning} as ${name}`,
    details: { key: name, what },
  });
}

function convert(key: AnswerKey, text: string): Primitive | undefined {
  switch (key.type) {
    case 'str':
      return text;
    case 'int':
      return /^[+-]?\d+$/.test(text.trim()) ? Number(text.trim()) : undefined;
    case 'bool':
      return readBool(text.trim().toLowerCase());
    default:
      return key satisfies never;
  }
}

/** People write `no` and `0` and mean them, whatever the original made of it. */
function readBool(text: string): boolean | undefined {
  if (['true', 't', 'yes', 'y', '1'].includes(text)) return true;
  if (['false', 'f', 'no', 'n', '0'].includes(text)) return false;
  return undefined;
}

function problemOf(key: AnswerKey, value: Primitive): string | undefined {
  if (key.type === 'str' && typeof value === 'string') return key.rule?.(value);
  if (key.type === 'int' && typeof value === 'number') return key.rule?.(value);
  if (key.type === 'bool' && typeof value === 'boolean') return key.rule?.(value);
  return `is not of type ${key.type}`;
}
