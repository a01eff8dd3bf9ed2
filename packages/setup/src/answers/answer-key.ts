import type { Rule } from './rules.js';

/**
 * Whom an answer concerns.
 *   cluster: given on the first host; every later host takes it from the shared configuration.
 *   first:   needed on the first host only, and of no interest to others.
 *   host:    each host has its own.
 *   run:     about this run of the set-up.
 */
export type AnswerScope = 'cluster' | 'first' | 'host' | 'run';

interface AnswerKeyBase {
  readonly scope: AnswerScope;
  /** What the value is, for the error that asks for it: "the name of …". */
  readonly meaning: string;
  /** What set-up does when it is not given, where that is no fixed value. */
  readonly whenAbsent?: string;
  /**
   * The question in the specification's words. `@DEFAULT@` stands for what an empty answer means,
   * `@CHOICES@` for the answers that there are.
   */
  readonly prompt?: string;
  /** The answers that there are, where these are few. `Yes` and `No` of a bool go without saying. */
  readonly choices?: readonly string[];
  /** The second question, for what is not echoed. */
  readonly confirmation?: string;
  /** Never written to a file, nor to the log. */
  readonly isSecret?: true;
  /** There is no default: without it set-up cannot go on. */
  readonly isRequired?: true;
  /** Of a cluster's answer: a host may be given another one, which then holds for that host alone. */
  readonly mayDiffer?: true;
}

interface TypedKey<Name extends string, T> extends AnswerKeyBase {
  readonly type: Name;
  readonly fallback?: T;
  readonly rule?: Rule<T>;
}

/** One question: its key, its type, what is right and what is assumed when nobody says. */
export type AnswerKey =
  | TypedKey<'str', string>
  | TypedKey<'int', number>
  | TypedKey<'bool', boolean>;

export type AnswerKeys = Readonly<Record<string, AnswerKey>>;
