import { HeError } from '@hosted-engine/ports/he-error';
import type { CliContext } from './context.js';

export const JOURNAL = '/var/lib/ovirt-hosted-engine-ha/journal.jsonl';

/** The lines of a journal, or undefined without the file. */
export async function journalLines(
  context: Pick<CliContext, 'files'>,
  path: string,
): Promise<readonly string[] | undefined> {
  const bytes = await context.files.read(path);
  if (bytes === undefined) return undefined;
  const text = new TextDecoder().decode(bytes);
  const lines = text.split('\n');
  // Behind the last newline there is nothing; without one the last line may be cut off, and says so itself.
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

export function noJournal(path: string): HeError {
  return new HeError('HE_FAILED', `there is no journal ${path}`, {
    remedy: 'give the file of a journal; the HA daemon of a host writes one as soon as it runs',
  });
}
