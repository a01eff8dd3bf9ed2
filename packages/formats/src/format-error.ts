/** One thing wrong with one place of a file. Values are never quoted: they may be secrets. */
export interface FormatProblem {
  /** From 1; undefined when the file as a whole is meant. */
  readonly line?: number;
  readonly key?: string;
  readonly what: string;
}

/** A file that cannot be read or written. All its problems are reported at once. */
export class FormatError extends Error {
  readonly file: string;
  readonly problems: readonly FormatProblem[];

  constructor(file: string, problems: readonly FormatProblem[]) {
    super(problems.map((problem) => formatProblem(file, problem)).join('\n'));
    this.name = 'FormatError';
    this.file = file;
    this.problems = problems;
  }
}

/** `answers.conf:12: OVEHOSTED_VM/vmVCpus: is no integer`. */
export function formatProblem(file: string, problem: FormatProblem): string {
  const place = problem.line === undefined ? file : `${file}:${problem.line}`;
  const subject = problem.key === undefined ? '' : `${problem.key}: `;
  return `${place}: ${subject}${problem.what}`;
}
