// Runs the steps stage by stage, and undoes them when one fails.
//
//   R1. Steps run in the order of the stages, within a stage in the order of the list.
//   R2. After a failure, or an abort, nothing further is done; the steps begun are undone, last first.
//   R3. One undo that fails does not keep the others from running.
//   R4. Nothing is undone after a step that `completes`.
//   R5. The final stages are shown whatever happened.

import { HeError, messageOf } from '@hosted-engine/ports';
import { type Run, throwIfAborted } from './run.js';
import { FINAL_STAGES, STAGES } from './stages.js';
import type { Step } from './step.js';

/** How a run ended. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: HeError };

export async function runSteps(
  run: Run,
  steps: readonly Step[],
  cleanup: Cleanup,
): Promise<Outcome> {
  const begun: Step[] = [];
  const outcome = await forward(run, steps, begun);
  for (const stage of FINAL_STAGES) {
    announce(run, stage.label);
    if (stage.id !== 'cleanup') continue;
    if (outcome.kind === 'failed') await undoAll(run, begun);
    await cleanup(run);
  }
  return outcome;
}

/** Removes what no run leaves behind, successful or not. It does not throw. */
export type Cleanup = (run: Run) => Promise<void>;

async function forward(run: Run, steps: readonly Step[], begun: Step[]): Promise<Outcome> {
  for (const stage of stagesOf(run)) {
    announce(run, stage.label);
    for (const step of steps.filter((candidate) => candidate.stage === stage.id)) {
      try {
        throwIfAborted(run);
        await runStep(run, step, begun);
      } catch (thrown) {
        const error = asHeError(run, thrown);
        report(run, stage.label, step, error, thrown);
        return { kind: 'failed', error };
      }
    }
  }
  return { kind: 'done' };
}

/** A mere check ends where the changes begin (P2). */
function stagesOf({ options }: Run): readonly (typeof STAGES)[number][] {
  if (options.isCheckOnly !== true) return STAGES;
  return STAGES.slice(0, STAGES.findIndex(({ id }) => id === 'validation') + 1);
}

async function runStep(run: Run, step: Step, begun: Step[]): Promise<void> {
  if (step.role !== undefined && step.role !== run.found.role) return;
  if (step.isLeftOutOfCheck === true && run.options.isCheckOnly === true) return;
  run.world.log.debug('step', { step: step.id });
  if (step.line !== undefined) run.dialog.info(step.line);
  if (step.check !== undefined && (await step.check(run))) {
    run.world.log.debug('step is done already', { step: step.id });
    return;
  }
  begun.push(step);
  await step.do(run);
  if (step.completes === true) begun.length = 0;
}

async function undoAll(run: Run, begun: readonly Step[]): Promise<void> {
  const kept: string[] = [];
  for (const step of begun.toReversed()) {
    try {
      if (step.undo !== undefined) {
        run.world.log.info('undoing', { step: step.id });
        await step.undo(run);
      }
      const remains = step.keeps?.(run);
      if (remains !== undefined) kept.push(remains);
    } catch (thrown) {
      run.world.log.error('undo failed', { step: step.id, why: messageOf(thrown) });
      run.dialog.warning(`Cannot undo '${step.id}': ${messageOf(thrown)}`);
    }
  }
  for (const remains of kept.toReversed()) run.dialog.note(`Kept: ${remains}`);
}

function announce(run: Run, label: string): void {
  run.dialog.info(`Stage: ${label}`);
}

function report(run: Run, label: string, step: Step, error: HeError, thrown: unknown): void {
  run.world.log.error('step failed', {
    step: step.id,
    code: error.code,
    why: error.message,
    stack: thrown instanceof Error ? (thrown.stack ?? '') : '',
  });
  if (error.code === 'HE_ABORTED') {
    run.dialog.warning('Aborted');
    return;
  }
  run.dialog.error(`Failed to execute stage '${label}': ${error.message}`);
  if (error.remedy !== undefined) run.dialog.note(`${error.remedy}.`);
}

/** Whatever a step throws while the run is being aborted is the abort. */
function asHeError(run: Run, thrown: unknown): HeError {
  if (run.signal.aborted) return new HeError('HE_ABORTED', 'aborted', { cause: thrown });
  if (thrown instanceof HeError) return thrown;
  return new HeError('HE_FAILED', messageOf(thrown), { cause: thrown });
}
