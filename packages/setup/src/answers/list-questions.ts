import { ANSWER_NAMES, type AnswerName, answerKey } from './catalogue.js';

const SECTION = '[environment:default]';

/**
 * Every question as an answer file with nothing answered yet: what it is about, when it is needed, its
 * default. Taking away a `#` answers the question.
 */
export function listQuestions(): string {
  const blocks = ANSWER_NAMES.map((name) => [...aboutLines(name), exampleLine(name)].join('\n'));
  return `${SECTION}\n\n${blocks.join('\n\n')}\n`;
}

function aboutLines(name: AnswerName): string[] {
  const key = answerKey(name);
  const hosts = {
    cluster: 'the first host',
    first: 'the first host',
    host: 'every host',
    run: 'every host',
  };
  const need = key.isRequired === true ? `needed on ${hosts[key.scope]}` : whenAbsent(name);
  const secret =
    key.isSecret === true ? ['# Secret: never as a flag; keep this file at mode 0600.'] : [];
  const choices = key.choices === undefined ? [] : [`# One of: ${key.choices.join(', ')}.`];
  return [`# ${capital(key.meaning)}; ${need}.`, ...choices, ...secret];
}

function whenAbsent(name: AnswerName): string {
  const { fallback, whenAbsent: otherwise } = answerKey(name);
  if (fallback !== undefined) return `default ${shown(fallback)}`;
  return otherwise === undefined ? 'no default' : `otherwise ${otherwise}`;
}

function exampleLine(name: AnswerName): string {
  const { type, fallback } = answerKey(name);
  return `#${name}=${type}:${fallback === undefined ? '' : shown(fallback)}`;
}

function shown(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return String(value);
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
