// Runs the steps stage by stage, and undoes them when one fails.
//
//   R1. Steps run in the order of the stages, within a stage in the order of the list.
//   R2. After a failure, or an abort, nothing further is done; the steps begun are undone, last first.
//   R3. One undo that fails does not keep the others from running, save those whose work it needs itself.
//   R4. Nothing is undone after a step that `completes`.
//   R5. The final stages are shown whatever happened.
//   R6. Nothing is undone where there is a reason to keep it all; the journal says how to go on.
//   R7. A resumed run that fails before it changes anything leaves the earlier run as it found it.

import { HeError, messageOf } from '@hosted-engine/ports';
import { type Run, throwIfAborted } from './run.js';
import { FINAL_STAGES, STAGES } from './stages.js';
import type { Step } from './step.js';
import { undoAll } from './undo.js';

/** How a run ended. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: HeError };

/** From this stage on a run may change the host, and is on record (P2). */
const FIRST_CHANGING_STAGE = 'transaction';

export async function runSteps(
  run: Run,
  steps: readonly Step[],
  cleanup: Cleanup,
  reasonToKeep: (run: Run) => string | undefined = () => undefined,
): Promise<Outcome> {
  const progress = { isChanging: false };
  const outcome = await forward(run, steps, progress);
  for (const stage of FINAL_STAGES) {
    announce(run, stage.label);
    if (stage.id !== 'cleanup') continue;
    const isUntouched = run.found.earlier !== undefined && !progress.isChanging;
    if (outcome.kind === 'failed' && run.journal.phase !== 'deployed' && !isUntouched) {
      const reason = progress.isChanging ? reasonToKeep(run) : undefined;
      if (reason === undefined) await undoAll(run, steps);
      else run.dialog.note(`Kept: all that this run did, ${reason}`);
    }
    await cleanup(run);
  }
  return outcome;
}

/** Removes what no run leaves behind, successful or not. It does not throw. */
export type Cleanup = (run: Run) => Promise<void>;

async function forward(
  run: Run,
  steps: readonly Step[],
  progress: { isChanging: boolean },
): Promise<Outcome> {
  for (const stage of stagesOf(run)) {
    announce(run, stage.label);
    const own = steps.filter((candidate) => candidate.stage === stage.id);
    const work = own.map((step) => ({ id: step.id, run: () => runStep(run, steps, step) }));
    if (stage.id === FIRST_CHANGING_STAGE) {
      progress.isChanging = true;
      work.unshift({ id: 'journal', run: () => run.journal.open() });
    }
    for (const { id, run: action } of work) {
      try {
        throwIfAborted(run);
        await action();
      } catch (thrown) {
        const error = asHeError(run, thrown);
        report(run, stage.label, id, error, thrown);
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

async function runStep(run: Run, steps: readonly Step[], step: Step): Promise<void> {
  if (step.role !== undefined && step.role !== run.found.role) return;
  if (step.isLeftOutOfCheck === true && run.options.isCheckOnly === true) return;
  const { log } = run.world;
  log.debug('step', { step: step.id });
  const before = run.journal.stateOf(step.id);
  if (before !== undefined) {
    // One that was broken off is undone first, as if it had failed.
    const verdict = before === 'begun' ? 'rewind' : ((await step.resume?.(run)) ?? 'again');
    log.info('step of the earlier run', { step: step.id, state: before, verdict });
    if (verdict === 'keep') return;
    if (verdict === 'rewind') await rewind(run, steps, step);
  }
  if (step.line !== undefined) run.dialog.info(step.line);
  if (step.check !== undefined && (await step.check(run))) {
    log.debug('step is done already', { step: step.id });
    return;
  }
  if (!leavesTraces(step)) {
    await step.do(run);
    return;
  }
  await run.journal.begin(step.id);
  await step.do(run);
  if (step.completes === true) await run.journal.complete(step.id);
  else await run.journal.end(step.id);
}

/** Questions and checks are not worth a record: they are asked and made again. */
function leavesTraces({ stage, undo }: Step): boolean {
  const at = STAGES.findIndex(({ id }) => id === stage);
  const first = STAGES.findIndex(({ id }) => id === FIRST_CHANGING_STAGE);
  return undo !== undefined || at >= first;
}

/** Undoes a step, and before it every later one, of the earlier run. */
async function rewind(run: Run, steps: readonly Step[], first: Step): Promise<void> {
  for (const step of steps.slice(steps.indexOf(first)).toReversed()) {
    if (run.journal.stateOf(step.id) === undefined) continue;
    if (step.role !== undefined && step.role !== run.found.role) continue;
    run.world.log.info('undoing, to do it again', { step: step.id });
    await step.undo?.(run);
    await run.journal.forget(step.id);
  }
}

function announce(run: Run, label: string): void {
  run.dialog.info(`Stage: ${label}`);
}

function report(run: Run, label: string, stepId: string, error: HeError, thrown: unknown): void {
  run.world.log.error('step failed', {
    step: stepId,
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
