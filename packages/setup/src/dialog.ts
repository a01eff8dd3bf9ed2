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
}

export interface Question {
  /** The answer key that this question fills. */
  readonly key: string;
  readonly prompt: string;
  /** Do not echo the answer. */
  readonly isSecret: boolean;
}
