import type { AnswerName } from './answers/catalogue.js';

/**
 * The conversation with whoever runs the set-up. A terminal, a TUI and a test each have their own.
 * Set-up never writes anywhere else, and never reads a terminal.
 */
export interface Dialog {
  /** False: nobody can be asked, and a missing answer is an error. */
  readonly interactive: boolean;
  info(message: string): void;
  warning(message: string): void;
  error(message: string): void;
  /** Text for people, without a level. Each line stands on its own. */
  note(text: string): void;
  /** The heading of a group of questions. */
  title(text: string): void;
  /** Resolves with the answer as typed, '' for an empty one. End of input rejects with HE_ABORTED. */
  ask(question: Question): Promise<string>;
  /**
   * How far something long has got; to be called as often as is convenient. `total` undefined: nobody
   * knows. The last call has `done` equal to `total`.
   */
  progress(what: string, done: number, total: number | undefined): void;
}

export interface Question {
  /** The answer key that this question fills; a question without one has a name of its own. */
  readonly key: AnswerName | (string & {});
  /** In full: with the choices and, in brackets, the default. */
  readonly prompt: string;
  /** Do not echo the answer. */
  readonly isSecret: boolean;
  /** The answers that there are; they are part of the prompt's words already. */
  readonly choices?: readonly string[];
  /** What an empty answer means, as shown in the brackets. */
  readonly fallback?: string;
}
