import {
  type Answer,
  effectiveAnswers,
  FormatError,
  parseAnswerFile,
} from '@hosted-engine/formats';
import { HeError } from '@hosted-engine/ports';
import { ANSWER_NAMES, answerKey, isAnswerName } from '../answers/catalogue.js';
import { nearest } from '../answers/nearest.js';
import { readValue } from '../answers/read-value.js';
import type { Run } from '../run/run.js';

/** Reads the answer files in the order given, and refuses what set-up does not know or cannot use. */
export async function loadAnswerFiles(run: Run): Promise<void> {
  const files = [];
  for (const path of run.options.configFiles) files.push(await readAnswerFile(run, path));
  const answers = [...effectiveAnswers(files).values()];
  refuseUnknown(answers);
  for (const answer of answers) {
    if (!isAnswerName(answer.key) || answer.value === null) continue;
    const value = readValue(answer.key, answerText(answer), placeOf(answer));
    run.answers.setParsed(answer.key, value, 'file');
    if (answerKey(answer.key).isSecret === true) run.world.log.hide(String(value));
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
  const lines = unknown.map((answer) => {
    const like = nearest(answer.key, ANSWER_NAMES);
    const hint = like === undefined ? '' : `; did you mean ${like}?`;
    return `${answer.key} (${placeOf(answer)})${hint}`;
  });
  throw new HeError('HE_ANSWER_UNKNOWN', `unknown answer key: ${lines.join('; ')}`, {
    remedy: 'correct the key, or remove the line',
    details: { keys: unknown.map(({ key }) => key).join(' ') },
  });
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
