import { HeError, type HeErrorCode } from '@hosted-engine/ports';
import { missingAnswers, type Primitive } from '../answers/answer-set.js';
import {
  ANSWER_NAMES,
  type AnswerName,
  type AnswerValue,
  answerKey,
} from '../answers/catalogue.js';
import { invalidAnswer, readValue } from '../answers/read-value.js';
import type { Question } from '../dialog.js';
import type { Run } from '../run/run.js';
import type { HostRole } from '../run/step.js';

/** A person who has answered wrongly this often is not going to get it right. */
const ATTEMPTS_MAX = 100;

export interface AskOptions<K extends AnswerName> {
  /** What an empty answer means in this very run, and what is taken when nobody can be asked. */
  readonly fallback?: AnswerValue<K>;
  /** The answers that there are in this very run. */
  readonly choices?: readonly string[];
  /** In place of the key's own words, with the same marks. */
  readonly prompt?: string;
  /**
   * Checks the answer against the world; it is among the run's answers by then. What it resolves with
   * are warnings. HE_ANSWER_INVALID, a HE_STORAGE_… code, HE_HOST_ID_TAKEN, or one of `retryOn`, thrown here asks a person again,
   * and ends the run when the value was given before or is a default that nobody was asked about.
   */
  check?(value: AnswerValue<K>): Promise<readonly string[]>;
  readonly retryOn?: readonly HeErrorCode[];
  /** The question to ask a person whose answer leads to warnings; `No` asks for another answer. */
  readonly proceed?: AnswerName;
}

/** The keys without a default that a host of this role must be given. */
export function requiredNames(role: HostRole): AnswerName[] {
  return ANSWER_NAMES.filter((name) => {
    const key = answerKey(name);
    if (key.isRequired !== true) return false;
    return role === 'first' || key.scope === 'host' || key.scope === 'run';
  });
}

/** Refuses a run that would come to a question which nobody is there to answer. */
export function refuseMissing(run: Run, role: HostRole): void {
  if (run.dialog.interactive) return;
  const missing = requiredNames(role).filter((name) => run.answers.find(name) === undefined);
  if (missing.length > 0) throw missingAnswers(missing);
}

/**
 * Settles one answer, and resolves with it. What was given is checked, and refused when it is wrong.
 * Otherwise a person is asked until the answer is right; without one the default is taken.
 */
export async function askIfMissing<K extends AnswerName>(
  run: Run,
  name: K,
  options: AskOptions<K> = {},
): Promise<AnswerValue<K>> {
  const { answers } = run;
  const isGiven = answers.source(name) !== undefined;
  if (!isGiven && options.fallback !== undefined && !run.dialog.interactive) {
    answers.set(name, options.fallback, 'default');
  }
  if (!isGiven && run.dialog.interactive) {
    await askUntilRight(run, name, options);
    return answers.get(name);
  }
  const value = answers.get(name);
  await warnOf(run, options, value);
  return value;
}

async function askUntilRight<K extends AnswerName>(
  run: Run,
  name: K,
  options: AskOptions<K>,
): Promise<void> {
  const question = questionOf(run, name, options);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const text = await run.dialog.ask(question);
    try {
      if (await take(run, name, question, text, options)) return;
    } catch (thrown) {
      if (!isWorthAnotherTry(thrown, options.retryOn ?? [])) throw thrown;
      showWrong(run, thrown);
    }
    run.answers.clear(name);
  }
  throw missingAnswers([name]);
}

/** The key's question as it is put to a person in this run. */
export function questionOf<K extends AnswerName>(
  run: Run,
  name: K,
  options: AskOptions<K> = {},
): Question {
  const key = answerKey(name);
  const value = options.fallback ?? run.answers.find(name);
  const fallback = value === undefined ? undefined : shown(value);
  const choices =
    options.choices ?? key.choices ?? (key.type === 'bool' ? ['Yes', 'No'] : undefined);
  const prompt = (options.prompt ?? key.prompt ?? `Please give ${key.meaning}:`)
    .replace('@CHOICES@', choices?.join(', ') ?? '')
    .replace('@DEFAULT@', fallback ?? '');
  return {
    key: name,
    prompt,
    isSecret: key.isSecret === true,
    ...(choices === undefined ? {} : { choices }),
    ...(fallback === undefined ? {} : { fallback }),
  };
}

function shown(value: Primitive): string {
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  return String(value);
}

/** False: the person wants to answer again. */
async function take<K extends AnswerName>(
  run: Run,
  name: K,
  question: Question,
  typed: string,
  options: AskOptions<K>,
): Promise<boolean> {
  if (question.isSecret) run.world.log.hide(typed);
  const text = typed === '' ? (question.fallback ?? '') : typed;
  const value = readValue(name, chosen(name, question, text), '');
  if (question.isSecret && !(await isConfirmed(run, name, typed))) return false;
  run.answers.setParsed(name, value, 'person');
  const hasWarnings = await warnOf(run, options, run.answers.get(name));
  if (!hasWarnings || options.proceed === undefined) return true;
  return isAgreed(run, options.proceed);
}

/** One of the choices, in the spelling of the choice. */
function chosen(name: AnswerName, question: Question, text: string): string {
  if (text === '') throw invalidAnswer(name, 'Please specify value');
  if (question.choices === undefined || answerKey(name).type === 'bool') return text;
  const choice = question.choices.find((one) => one.toLowerCase() === text.toLowerCase());
  if (choice !== undefined) return choice;
  throw invalidAnswer(name, `'${text}' is none of ${question.choices.join(', ')}`);
}

async function warnOf<K extends AnswerName>(
  run: Run,
  options: AskOptions<K>,
  value: AnswerValue<K>,
): Promise<boolean> {
  const warnings = (await options.check?.(value)) ?? [];
  for (const warning of warnings) run.dialog.warning(warning);
  return warnings.length > 0;
}

/** Asked anew for each answer that needs it. */
async function isAgreed(run: Run, name: AnswerName): Promise<boolean> {
  const isSettled = run.answers.source(name) !== undefined;
  const value = await askIfMissing(run, name);
  if (!isSettled) run.answers.clear(name);
  return value === true;
}

function isWorthAnotherTry(thrown: unknown, more: readonly HeErrorCode[]): thrown is HeError {
  if (!(thrown instanceof HeError)) return false;
  const codes: readonly HeErrorCode[] = ['HE_ANSWER_INVALID', 'HE_HOST_ID_TAKEN', ...more];
  return codes.includes(thrown.code) || thrown.code.startsWith('HE_STORAGE_');
}

/** To a person who has just typed it, the key's name says nothing. */
function showWrong(run: Run, error: HeError): void {
  const { what } = error.details;
  run.dialog.error(typeof what === 'string' ? what : error.message);
  if (error.code === 'HE_ANSWER_INVALID' || error.remedy === undefined) return;
  run.dialog.note(`${error.remedy}.`);
}

/** What is not echoed is typed twice, unless the key has no words for that. */
async function isConfirmed(run: Run, name: AnswerName, text: string): Promise<boolean> {
  const prompt = answerKey(name).confirmation;
  if (prompt === undefined) return true;
  const again = await run.dialog.ask({ key: name, prompt, isSecret: true });
  run.world.log.hide(again);
  if (again === text) return true;
  run.dialog.error('Passwords do not match');
  return false;
}
