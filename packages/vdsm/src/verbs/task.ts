import type { Uuid } from './common.js';

/** Done well is `finished` with `success`; `code` and `message` carry the real error otherwise. */
export interface TaskStatus {
  readonly taskID: Uuid;
  readonly taskState: 'init' | 'running' | 'finished' | 'aborting' | 'cleaning' | 'unknown';
  readonly taskResult: '' | 'success' | 'cleanSuccess' | 'cleanFailure';
  readonly code: number;
  readonly message: string;
}

export interface TaskInfo {
  readonly id: Uuid;
  readonly verb: string;
}

export interface TaskRecord extends TaskInfo {
  readonly state: TaskStatus['taskState'];
  readonly code: number;
  readonly message: string;
  readonly result: string;
  readonly tag: string;
}

interface TaskParam {
  readonly taskID: Uuid;
}

/** A task stays until it is cleared, and blocks StoragePool.spmStop so long. Unknown id: 401. */
export interface TaskVerbs {
  'Task.getStatus': { params: TaskParam; result: TaskStatus };
  'Task.getInfo': { params: TaskParam; result: TaskInfo };
  'Task.clear': { params: TaskParam; result: true };
  'Task.stop': { params: TaskParam; result: true };
  'Task.revert': { params: TaskParam; result: true };
}
