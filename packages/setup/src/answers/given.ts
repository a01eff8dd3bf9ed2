import { HeError } from '@hosted-engine/ports';
import type { AnswerSource, Primitive } from './answer-set.js';
import { ANSWER_NAMES, type AnswerName, answerKey, isAnswerName } from './catalogue.js';
import { nearest } from './nearest.js';
import { readValue } from './read-value.js';

/** An answer given outside of a file: its value is plain text, of whatever type the key has. */
export interface GivenAnswer {
  readonly key: string;
  readonly text: string;
  readonly source: Extract<AnswerSource, 'environment' | 'flag'>;
  /** Where it was given, for the error that refuses it. */
  readonly place: string;
}

const PREFIX = 'OVEHOSTED_';

/** `OVEHOSTED_NETWORK__fqdn=…`: a variable cannot have a slash in its name. */
export function answersOfEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): GivenAnswer[] {
  return Object.entries(env).flatMap(([name, text]) => {
    if (!name.startsWith(PREFIX) || !name.includes('__') || text === undefined) return [];
    const key = name.replace('__', '/');
    return [{ key, text, source: 'environment' as const, place: `environment variable ${name}` }];
  });
}

/** `KEY=VALUE` of `--answer`. HE_USAGE when it is not of that form. */
export function answerOfFlag(text: string): GivenAnswer {
  const at = text.indexOf('=');
  if (at < 1) {
    // The value may be a password that lacks its key.
    throw new HeError('HE_USAGE', '--answer is not of the form KEY=VALUE', {
      remedy: 'write it as in --answer=OVEHOSTED_VM/vmVCpus=4',
    });
  }
  return { key: text.slice(0, at), text: text.slice(at + 1), source: 'flag', place: '--answer' };
}

/** Checks a given answer and converts it to its key's type. */
export function readGiven(answer: GivenAnswer): readonly [AnswerName, Primitive] {
  const { key, text, place } = answer;
  if (!isAnswerName(key)) throw unknownAnswers([{ key, place }]);
  if (answer.source === 'flag' && answerKey(key).isSecret === true) {
    throw new HeError('HE_USAGE', `${key} is a secret: every user could see it in --answer`, {
      remedy: `write it to a file of mode 0600 given with --config-append, or to ${variableOf(key)} in the environment`,
    });
  }
  return [key, readValue(key, text, place)];
}

export function variableOf(name: AnswerName): string {
  return name.replace('/', '__');
}

export interface UnknownAnswer {
  readonly key: string;
  readonly place: string;
}

/** One error for all keys that no question has, each with the one that was meant. */
export function unknownAnswers(unknown: readonly UnknownAnswer[]): HeError {
  const lines = unknown.map(({ key, place }) => {
    const like = nearest(key, ANSWER_NAMES);
    const hint = like === undefined ? '' : `; did you mean ${like}?`;
    return `${key} (${place})${hint}`;
  });
  return new HeError('HE_ANSWER_UNKNOWN', `unknown answer key: ${lines.join('; ')}`, {
    remedy: 'correct the key, or leave it out; --list-questions shows all keys',
    details: { keys: unknown.map(({ key }) => key).join(' ') },
  });
}
