import type { Run } from './run.js';
import type { StageId } from './stages.js';

export type HostRole = 'first' | 'additional';

/**
 * One thing that set-up does, as data.
 *   P1. `do` may fail half-way; `undo` then copes with whatever part was done, and so does nothing when
 *       nothing was. It must not depend on later steps.
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
  /** What stays behind when the run fails after this step, and why; undefined for nothing. */
  keeps?(run: Run): string | undefined;
  readonly completes?: true;
  /** A step of the stages up to validation that changes something: a mere check goes without it. */
  readonly isLeftOutOfCheck?: true;
}
