import type { VmView } from '../engine-status.js';
import type { Context } from './step.js';
import { type Decision, go, isOverdue, stay } from './transition.js';

/**
 * LocalMaintenance: this host never starts the engine VM (I6) and gives up one that runs here. A stop that
 * was under way goes on (defect 10).
 */
export function fromLocalMaintenance(context: Context, vm: VmView): Decision {
  const { machine, seen, timing } = context;
  if (!seen.localMaintenance) {
    return go(machine, seen.nowS, 'ReinitializeFSM', 'local maintenance ended');
  }
  if (machine.name !== 'LocalMaintenance') {
    const stopping = machine.name === 'EngineStop' || machine.name === 'EngineForceStop';
    const leftS =
      stopping && machine.deadlineS !== undefined
        ? machine.deadlineS - seen.nowS
        : timing.gracefulStopS;
    return go(machine, seen.nowS, 'LocalMaintenance', 'local maintenance is on', {
      effects: effectsFor(vm, false),
      memory: { stopCountsAsFailure: false, vacantSinceS: undefined },
      timeoutS: machine.name === 'EngineForceStop' ? 0 : leftS,
    });
  }
  switch (vm.kind) {
    case 'running':
      return stay(machine, 'stopping the engine VM for local maintenance', {
        effects: effectsFor(vm, isOverdue(machine, seen.nowS)),
      });
    case 'waiting':
      return stay(machine, 'cancelling the start for local maintenance', {
        effects: effectsFor(vm, true),
      });
    case 'down':
      return stay(machine, 'local maintenance is on', {
        effects: effectsFor(vm, false),
        memory: { wasUp: false },
      });
    case 'absent':
      return stay(machine, 'local maintenance is on', { memory: { wasUp: false } });
  }
}

function effectsFor(
  vm: VmView,
  overdue: boolean,
): readonly ('shutdown-vm' | 'destroy-vm' | 'forget-vm')[] {
  switch (vm.kind) {
    case 'running':
      return overdue ? ['destroy-vm'] : ['shutdown-vm'];
    case 'waiting':
      return ['destroy-vm'];
    case 'down':
      return ['forget-vm'];
    case 'absent':
      return [];
  }
}
