/**
 * Tasks: what a verb began and answers for later (vdsm.md B3). A task stays until it is cleared.
 * They live in memory: VDSM keeps them on the master domain, which only a pool's SPM needs.
 */
import { randomUUID } from 'node:crypto';
import { type Log, messageOf } from '@hosted-engine/ports';
import { type TaskInfo, type TaskRecord, type TaskStatus, VDSM_CODE } from '@hosted-engine/vdsm';
import { storageError, toVdsmError } from './storage-error.js';

interface Task {
  readonly id: string;
  readonly verb: string;
  readonly abort: AbortController;
  state: TaskStatus['taskState'];
  result: TaskStatus['taskResult'];
  code: number;
  message: string;
}

export class Tasks {
  readonly #tasks = new Map<string, Task>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Begins `work` and gives the task's id at once. `work` cleans up after itself when it fails. */
  start(verb: string, work: (signal: AbortSignal) => Promise<void>): string {
    const task: Task = {
      id: randomUUID(),
      verb,
      abort: new AbortController(),
      state: 'running',
      result: '',
      code: 0,
      message: 'running',
    };
    this.#tasks.set(task.id, task);
    void this.#run(task, work);
    return task.id;
  }

  async #run(task: Task, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    try {
      await work(task.abort.signal);
      task.result = 'success';
      task.message = '1 jobs completed successfully';
    } catch (error) {
      const { code, message } = toVdsmError(error);
      task.result = 'cleanSuccess';
      task.code = code;
      task.message = message;
      this.#log.warn(`${task.verb}: ${messageOf(error)}`, { task: task.id, code });
    }
    task.state = 'finished';
  }

  status(id: string): TaskStatus {
    const { state, result, code, message } = this.#find(id);
    return { taskID: id, taskState: state, taskResult: result, code, message };
  }

  info(id: string): TaskInfo {
    return { id, verb: this.#find(id).verb };
  }

  all(): readonly TaskRecord[] {
    return [...this.#tasks.values()].map((task) => ({
      id: task.id,
      verb: task.verb,
      state: task.state,
      code: task.code,
      message: task.message,
      result: task.result,
      tag: 'spm',
    }));
  }

  clear(id: string): void {
    const task = this.#find(id);
    if (task.state !== 'finished') {
      throw storageError(VDSM_CODE.taskNotFinished, `Task is not finished: ${id}`);
    }
    this.#tasks.delete(id);
  }

  /** Asks a task to end; one that has ended is left as it is. */
  stop(id: string): void {
    const task = this.#find(id);
    if (task.state === 'finished') return;
    task.state = 'aborting';
    task.abort.abort(storageError(VDSM_CODE.taskBadState, `Task was stopped: ${id}`));
  }

  #find(id: string): Task {
    const task = this.#tasks.get(id);
    if (task === undefined) {
      throw storageError(VDSM_CODE.taskUnknown, `Task id unknown: ('${id}',)`);
    }
    return task;
  }
}
