import { HeError } from '@hosted-engine/ports';
import { missingAnswers } from '../answers/answer-set.js';
import { ANSWER_NAMES, type AnswerName, answerKey } from '../answers/catalogue.js';
import { readValue } from '../answers/read-value.js';
import type { Run } from '../run/run.js';
import type { HostRole } from '../run/step.js';

/** A person who has answered wrongly this often is not going to get it right. */
const ATTEMPTS_MAX = 100;

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

/** Asks for an answer that nobody gave. A wrong one is refused with its reason, and asked for again. */
export async function askIfMissing(
  run: Run,
  name: AnswerName,
  options: { readonly evenWithFallback?: boolean } = {},
): Promise<void> {
  if (run.answers.source(name) !== undefined) return;
  const key = answerKey(name);
  if (key.fallback !== undefined && options.evenWithFallback !== true) return;
  if (!run.dialog.interactive) throw missingAnswers([name]);
  const question = {
    key: name,
    prompt: key.prompt ?? `Please give ${key.meaning}:`,
    isSecret: key.isSecret === true,
  };
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const text = await run.dialog.ask(question);
    if (text === '' && key.fallback !== undefined) return;
    try {
      const value = readValue(name, text, '');
      if (question.isSecret) {
        run.world.log.hide(text);
        if (!(await isConfirmed(run, name, text))) continue;
      }
      run.answers.setParsed(name, value, 'person');
      return;
    } catch (thrown) {
      if (!(thrown instanceof HeError) || thrown.code !== 'HE_ANSWER_INVALID') throw thrown;
      run.dialog.error(thrown.message);
    }
  }
  throw missingAnswers([name]);
}

/** What is not echoed is typed twice. */
async function isConfirmed(run: Run, name: AnswerName, text: string): Promise<boolean> {
  const prompt = answerKey(name).confirmation ?? 'Please type it again:';
  if ((await run.dialog.ask({ key: name, prompt, isSecret: true })) === text) return true;
  run.dialog.error('Passwords do not match');
  return false;
}
