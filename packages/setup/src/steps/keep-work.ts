import type { Run } from '../run/run.js';
import { isInstalledByHand } from './resume-point.js';

/**
 * Whether a run that fails leaves all that it did, to be resumed, and why: somebody asked for that, or has
 * installed the engine's system by hand, which is an hour's work that no other run brings back.
 */
export function reasonToKeep(run: Run): string | undefined {
  const key = 'OVEHOSTED_CORE/keepOnFailure';
  if (run.answers.source(key) !== undefined) {
    return run.answers.get(key) ? 'as the answers ask for' : undefined;
  }
  const isByHand = run.dialog.interactive && isInstalledByHand(run);
  return isByHand && run.journal.isDone('vm-install')
    ? 'for the system in the engine VM was installed by hand'
    : undefined;
}
