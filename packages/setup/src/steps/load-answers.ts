import {
  type Answer,
  effectiveAnswers,
  FormatError,
  parseAnswerFile,
} from '@hosted-engine/formats';
import { HeError } from '@hosted-engine/ports';
import type { AnswerSource, Primitive } from '../answers/answer-set.js';
import { type AnswerName, answerKey, isAnswerName } from '../answers/catalogue.js';
import { readGiven, unknownAnswers } from '../answers/given.js';
import { readValue } from '../answers/read-value.js';
import type { Run } from '../run/run.js';

const CONSENT = 'OVEHOSTED_CORE/confirmSettings';

/**
 * Takes what was given before the run: the answer files in their order, then the environment, then the
 * flags; the later outdoes the earlier. What set-up does not know or cannot use is refused.
 */
export async function loadAnswers(run: Run): Promise<void> {
  await loadFiles(run);
  const given = run.options.given ?? [];
  for (const source of ['environment', 'flag'] as const) {
    for (const answer of given.filter((one) => one.source === source)) {
      keep(run, ...readGiven(answer), source);
    }
  }
  // Nothing will be done that needs consent.
  if (run.options.isCheckOnly === true) run.answers.set(CONSENT, true, 'default');
}

function keep(run: Run, name: AnswerName, value: Primitive, source: AnswerSource): void {
  if (answerKey(name).isSecret === true) run.world.log.hide(String(value));
  run.answers.setParsed(name, value, source);
}

async function loadFiles(run: Run): Promise<void> {
  const files = [];
  for (const path of run.options.configFiles) files.push(await readAnswerFile(run, path));
  const answers = [...effectiveAnswers(files).values()];
  refuseUnknown(answers);
  for (const answer of answers) {
    if (!isAnswerName(answer.key) || answer.value === null) continue;
    keep(run, answer.key, readValue(answer.key, answerText(answer), placeOf(answer)), 'file');
  }
}

async function readAnswerFile(run: Run, path: string) {
  const bytes = await run.world.files.read(path);
  if (bytes === undefined) {
    throw new HeError('HE_CONFIG_INVALID', `the answer file ${path} does not exist`, {
      remedy: 'give the path of a readable file with --config-append',
    });
  }
  const parsed = parse(new TextDecoder().decode(bytes), path);
  for (const warning of parsed.warnings) run.dialog.warning(warning);
  const hasSecret = parsed.answers.some(
    ({ key }) => isAnswerName(key) && answerKey(key).isSecret === true,
  );
  const mode = await run.world.files.modeOf(path);
  if (hasSecret && mode !== undefined && (mode & 0o077) !== 0) {
    run.dialog.warning(`${path} holds a password and can be read by others: chmod 600 it`);
  }
  return parsed;
}

function parse(text: string, path: string) {
  try {
    return parseAnswerFile(text, path);
  } catch (thrown) {
    if (!(thrown instanceof FormatError)) throw thrown;
    throw new HeError('HE_ANSWER_INVALID', thrown.message, {
      remedy: 'write each answer as KEY=type:value',
      cause: thrown,
    });
  }
}

function refuseUnknown(answers: readonly Answer[]): void {
  const unknown = answers.filter(({ key }) => !isAnswerName(key));
  if (unknown.length === 0) return;
  throw unknownAnswers(unknown.map((answer) => ({ key: answer.key, place: placeOf(answer) })));
}

export function placeOf(answer: Answer): string {
  return `${answer.file} line ${answer.line}`;
}

/** Numbers were written as text at times, and texts as numbers: the key's own type decides. */
export function answerText({ value }: Pick<Answer, 'value'>): string {
  return isLines(value) ? value.join('\n') : String(value);
}

function isLines(value: Answer['value']): value is readonly string[] {
  return Array.isArray(value);
}
