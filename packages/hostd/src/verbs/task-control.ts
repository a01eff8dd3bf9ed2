import {
  type TaskInfo,
  type TaskRecord,
  type TaskStatus,
  VDSM_CODE,
  type VerbHandlers,
} from '@hosted-engine/vdsm';
import { requireUuid, storageError } from '../storage/storage-error.js';
import type { StorageRooms } from '../storage/storage-rooms.js';

type TaskVerbs =
  | 'Task.getStatus'
  | 'Task.getInfo'
  | 'Task.clear'
  | 'Task.stop'
  | 'Host.getAllTasks'
  | 'Host.getAllTasksStatuses'
  | 'Host.getAllTasksInfo';

export function taskVerbs({ tasks, pool }: StorageRooms): Pick<VerbHandlers, TaskVerbs> {
  const requireSpm = (): void => {
    if (!pool.isSpm) throw storageError(VDSM_CODE.notSpm, 'Not SPM');
  };
  return {
    'Task.getStatus': async ({ taskID }) => tasks.status(requireUuid('taskID', taskID)),
    'Task.getInfo': async ({ taskID }) => tasks.info(requireUuid('taskID', taskID)),
    'Task.clear': async ({ taskID }) => {
      tasks.clear(requireUuid('taskID', taskID));
      return true;
    },
    'Task.stop': async ({ taskID }) => {
      tasks.stop(requireUuid('taskID', taskID));
      return true;
    },
    'Host.getAllTasks': async () => {
      const all: Record<string, TaskRecord> = {};
      for (const task of tasks.all()) all[task.id] = task;
      return all;
    },
    'Host.getAllTasksStatuses': async () => {
      requireSpm();
      const all: Record<string, TaskStatus> = {};
      for (const { id } of tasks.all()) all[id] = tasks.status(id);
      return all;
    },
    'Host.getAllTasksInfo': async () => {
      requireSpm();
      const all: Record<string, TaskInfo> = {};
      for (const { id } of tasks.all()) all[id] = tasks.info(id);
      return all;
    },
  };
}
