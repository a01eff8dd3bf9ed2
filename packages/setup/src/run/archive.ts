import { messageOf } from '@hosted-engine/ports';
import { PATHS } from '../paths.js';
import { ownAnswerFile } from '../render/answer-file.js';
import { givenAnswers } from './given-answers.js';
import type { Run } from './run.js';

/** Keeps the answers of a run, however it ended. Resolves with the path of the file, if there is one. */
export async function archiveAnswers(run: Run): Promise<string | undefined> {
  if (run.found.lock === undefined || givenAnswers(run.answers).length === 0) return undefined;
  const time = new Date(run.world.clock.wallMs()).toISOString().replaceAll(/[-:T]|\..*/g, '');
  const path = `${PATHS.answersArchive}/answers-${time}.conf`;
  const bytes = new TextEncoder().encode(ownAnswerFile(run.answers));
  try {
    await run.world.files.write(path, bytes, { mode: 0o600 });
    return path;
  } catch (thrown) {
    run.world.log.error('the answers cannot be archived', { why: messageOf(thrown) });
    return undefined;
  }
}
