import type { Run } from './run.js';
import type { StageId } from './stages.js';

export type HostRole = 'first' | 'additional';

/**
 * keep:   it is as the step left it; go on with the next.
 * again:  do it once more: that changes nothing of what is so already.
 * rewind: undo it and every later step of the earlier run, then do it.
 */
export type Resumption = 'keep' | 'again' | 'rewind';

/** The resumption of a step whose work stands or falls with an earlier step's. */
export async function keep(): Promise<'keep'> {
  return 'keep';
}

/**
 * One thing that set-up does, as data.
 *   P1. `do` may fail half-way; `undo` then copes with whatever part was done, and so does nothing when
 *       nothing was. It must not depend on later steps. It may run in another process than `do` did: all
 *       that it knows is what was put on record (`remember`, `noteUnit`, `backups`).
 *   P2. Steps before the `misc` stage change nothing that outlives the run, save the answer file.
 *   P3. A step with `completes` is the point of no return: from then on nothing is undone.
 */
export interface Step {
  /** For the log, and for the message when it cannot be undone. */
  readonly id: string;
  readonly stage: StageId;
  /** Undefined: on every host. */
  readonly role?: HostRole;
  /** The INFO line that announces it. */
  readonly line?: string;
  /** Resolves with true when what the step brings about is so already. */
  check?(run: Run): Promise<boolean>;
  do(run: Run): Promise<void>;
  undo?(run: Run): Promise<void>;
  /**
   * Asked in a resumed run, of a step that the earlier one had done, in place of `check`.
   * @default 'again'
   */
  resume?(run: Run): Promise<Resumption>;
  /** What stays behind when the run fails after this step, and why; undefined for nothing. */
  keeps?(run: Run): string | undefined;
  readonly completes?: true;
  /** A step of the stages up to validation that changes something: a mere check goes without it. */
  readonly isLeftOutOfCheck?: true;
  /** Later steps need it in order to be undone: it stays while one of them could not be. */
  readonly supports?: true;
}
