// Questions of the closing stage: about this very run, and therefore without a key in an answer file. With
// nobody there to ask, the answer is the one in the brackets.

import { HeError } from '@hosted-engine/ports';
import type { Run } from '../run/run.js';

const ATTEMPTS_MAX = 100;

interface Choice<T extends string> {
  readonly key: string;
  /** In full, with the choices and the default in it. */
  readonly prompt: string;
  readonly choices: readonly T[];
  readonly fallback: T;
}

/** One of the choices, in whatever case it was typed. */
export async function askChoice<T extends string>(run: Run, question: Choice<T>): Promise<T> {
  const { key, prompt, choices, fallback } = question;
  if (!run.dialog.interactive) return fallback;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const text = await run.dialog.ask({ key, prompt, isSecret: false, choices, fallback });
    if (text === '') return fallback;
    const choice = choices.find((one) => one.toLowerCase() === text.trim().toLowerCase());
    if (choice !== undefined) return choice;
    run.dialog.error('Invalid value');
  }
  throw new HeError('HE_ABORTED', 'no valid answer was given');
}

export async function askYesNo(
  run: Run,
  question: { readonly key: string; readonly prompt: string; readonly fallback: boolean },
): Promise<boolean> {
  const choices = ['Yes', 'No'] as const;
  const fallback = question.fallback ? 'Yes' : 'No';
  return (await askChoice(run, { ...question, choices, fallback })) === 'Yes';
}

/** Waits for the enter key. */
export async function askToGoOn(run: Run, key: string, prompt: string): Promise<void> {
  if (run.dialog.interactive) await run.dialog.ask({ key, prompt, isSecret: false });
}
