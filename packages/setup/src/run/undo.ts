import { messageOf } from '@hosted-engine/ports';
import type { Run } from './run.js';
import type { Step } from './step.js';

export interface UndoOptions {
  /** Looked at between two steps: a clean-up may be interrupted, a rollback may not. */
  readonly mayStop?: () => boolean;
}

/**
 * Undoes every step that is on record, last first, and says what stays behind and why. What could not be
 * undone stays on record for a later clean-up, with what that will need. Resolves with true when nothing is left to undo.
 */
export async function undoAll(
  run: Run,
  steps: readonly Step[],
  { mayStop = () => false }: UndoOptions = {},
): Promise<boolean> {
  const kept: string[] = [];
  const { journal } = run;
  const begun = steps.filter(
    ({ id, role }) =>
      journal.stateOf(id) !== undefined && (role === undefined || role === run.found.role),
  );
  let hasFailed = false;
  for (const step of begun.toReversed()) {
    if (mayStop()) break;
    if (hasFailed && step.supports === true) continue;
    const remains = step.keeps?.(run);
    if (remains !== undefined) kept.push(remains);
    try {
      if (step.undo !== undefined) {
        run.world.log.info('undoing', { step: step.id });
        await step.undo(run);
      }
      await journal.forget(step.id);
    } catch (thrown) {
      hasFailed = true;
      run.world.log.error('undo failed', { step: step.id, why: messageOf(thrown) });
      run.dialog.warning(`Cannot undo '${step.id}': ${messageOf(thrown)}`);
    }
  }
  for (const remains of kept.toReversed()) run.dialog.note(`Kept: ${remains}`);
  if (kept.length > 0) run.found.remains = true;
  if (journal.hasSteps) {
    await journal.keep();
    return false;
  }
  await journal.discard();
  return true;
}
