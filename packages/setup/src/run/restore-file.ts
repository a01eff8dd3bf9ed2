import type { FileMode } from '../ports.js';
import { BEFORE_SUFFIX } from './backups.js';
import type { Run } from './run.js';

/**
 * Puts a file back for an undo. True when this run had written it. What somebody changed since stays
 * theirs, and people are told where the older one is.
 */
export async function restoreFile(run: Run, path: string, mode: FileMode): Promise<boolean> {
  const result = await run.backups.restore(path, mode);
  if (result === 'changed since') {
    run.found.remains = true;
    run.dialog.warning(
      `${path} was changed since the deployment wrote it and is left; as it was before: ${path}${BEFORE_SUFFIX}`,
    );
  }
  return result !== 'untouched';
}
