// Answer files: what a guided set-up would ask, given beforehand, and what it wrote down afterwards.
//
//   A1. Types are written with the value (`KEY=int:4`), and errors never show the value.
//   A2. Later files win over earlier ones within a section; between sections: enforce over override
//       over init over default.

import { type AnswerValue, formatAnswerValue, parseAnswerValue } from './answer-value.js';
import { FormatError, type FormatProblem, formatProblem } from './format-error.js';
import { scanIni } from './ini-scan.js';

/** From weakest to strongest. */
const SECTIONS = [
  'environment:default',
  'environment:init',
  'environment:override',
  'environment:enforce',
] as const;

export type AnswerSection = (typeof SECTIONS)[number];

export interface Answer {
  readonly section: AnswerSection;
  readonly key: string;
  readonly value: AnswerValue;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

export interface AnswerFile {
  readonly answers: readonly Answer[];
  /** For people; each names file, line and key. */
  readonly warnings: readonly string[];
}

/** Throws FormatError with all that is wrong: no type, unknown type, a key twice in a section. */
export function parseAnswerFile(text: string, file: string): AnswerFile {
  const { sections, options } = scanIni(text, file);
  const problems: FormatProblem[] = [];
  const warnings: FormatProblem[] = [];
  const answers: Answer[] = [];
  const seen = new Map<string, number>();

  for (const { name, line } of sections) {
    if (isAnswerSection(name)) continue;
    warnings.push({ line: line + 1, what: `section [${name}] is not known and is not read` });
  }
  for (const { section, key, value, firstLine } of options) {
    if (!isAnswerSection(section)) continue;
    const line = firstLine + 1;
    const earlier = seen.get(`${section}\n${key}`);
    if (earlier !== undefined) {
      problems.push({
        line,
        key,
        what: `is given twice in [${section}], first in line ${earlier}`,
      });
      continue;
    }
    seen.set(`${section}\n${key}`, line);
    const parsed = parseAnswerValue(value);
    if (parsed.kind === 'bad') {
      problems.push({ line, key, what: parsed.what });
      continue;
    }
    if (parsed.warning !== undefined) warnings.push({ line, key, what: parsed.warning });
    answers.push({ section, key, value: parsed.value, file, line });
  }
  if (problems.length > 0) throw new FormatError(file, problems);
  return { answers, warnings: warnings.map((warning) => formatProblem(file, warning)) };
}

function isAnswerSection(name: string): name is AnswerSection {
  return SECTIONS.some((section) => section === name);
}

/** The answer that holds for each key, of files in the order in which they were given (A2). */
export function effectiveAnswers(files: readonly AnswerFile[]): ReadonlyMap<string, Answer> {
  const result = new Map<string, Answer>();
  for (const section of SECTIONS) {
    for (const answer of files.flatMap((file) => file.answers)) {
      if (answer.section === section) result.set(answer.key, answer);
    }
  }
  return result;
}

/**
 * One section with its keys sorted, so that equal answers make equal files. Throws FormatError for
 * a value that would not be read back as it is.
 */
export function formatAnswerFile(
  answers: Iterable<readonly [string, AnswerValue]>,
  { section = 'environment:default', file = 'answers' }: AnswerFileOptions = {},
): string {
  const sorted = [...answers].sort(([a], [b]) => (a < b ? -1 : 1));
  const problems: FormatProblem[] = [];
  const lines = sorted.map(([key, value]) => {
    const written = formatAnswerValue(value);
    if (!/^[^\s=:#;[][^=:\r\n]*$/.test(key)) problems.push({ key, what: 'is no key' });
    if (written === undefined) problems.push({ key, what: 'has a value that cannot be written' });
    return `${key}=${written ?? ''}\n`;
  });
  if (problems.length > 0) throw new FormatError(file, problems);
  return `[${section}]\n${lines.join('')}`;
}

export interface AnswerFileOptions {
  /** @default environment:default */
  readonly section?: AnswerSection;
  /** Name for errors. */
  readonly file?: string;
}
