import { HeError } from '@hosted-engine/ports';
import { isVdsmError, type VdsmCaller, VdsmError } from '@hosted-engine/vdsm';
import type { Run } from '../run/run.js';
import { waitFor } from '../run/wait.js';

/** A preallocated volume on slow storage is the longest of them. */
const TASK_WAIT = { everyMs: 500, atMostMs: 900_000 } as const;

/** Waits for a task of the host daemon, and clears it: tasks left over keep the SPM from stopping. */
export async function finishTask(run: Run, hostd: VdsmCaller, taskID: string): Promise<void> {
  const status = await waitFor(run, TASK_WAIT, async () => {
    const now = await hostd.call('Task.getStatus', { taskID });
    return now.taskState === 'finished' ? now : undefined;
  });
  if (status === undefined) {
    throw new HeError('HE_STORAGE_TIMEOUT', `task ${taskID} of the host daemon does not end`);
  }
  await hostd.call('Task.clear', { taskID });
  if (status.taskResult !== 'success') throw new VdsmError(status.code, status.message);
}

/** Says what was being attempted when the host daemon answered with an error. */
export async function attempt<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (thrown) {
    if (!(thrown instanceof VdsmError)) throw thrown;
    throw new HeError('HE_HOSTD_REFUSED', `${what}: ${thrown.message} (code ${thrown.code})`, {
      remedy: 'look at the log of vdsmd on this host',
      details: { code: thrown.code },
      cause: thrown,
    });
  }
}

/** Runs something that an undo may find already undone: these answers count as success. */
export async function tolerate(
  codes: readonly number[],
  action: () => Promise<unknown>,
): Promise<void> {
  try {
    await action();
  } catch (thrown) {
    if (!codes.some((code) => isVdsmError(thrown, code))) throw thrown;
  }
}
