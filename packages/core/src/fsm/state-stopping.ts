import type { SettledVm } from '../engine-status.js';
import type { Context } from './step.js';
import { type Decision, go, isOverdue, stay } from './transition.js';

/** EngineStop asks the guest; EngineForceStop ends QEMU. Both last until the VM is known to be down. */
export function fromStopping(context: Context, vm: SettledVm): Decision {
  const { machine, seen } = context;
  if (vm.kind === 'down' || vm.kind === 'absent') {
    const { memory } = machine;
    return go(machine, seen.nowS, 'EngineDown', 'the engine VM is down', {
      effects: ['forget-vm'],
      memory: {
        wasUp: false,
        vacantSinceS: undefined,
        stopCountsAsFailure: false,
        failedStartsS: memory.stopCountsAsFailure
          ? [...memory.failedStartsS, seen.nowS]
          : memory.failedStartsS,
      },
    });
  }
  if (machine.name === 'EngineForceStop') {
    return stay(machine, 'ending the engine VM', { effects: ['destroy-vm'] });
  }
  if (isOverdue(machine, seen.nowS)) {
    return go(machine, seen.nowS, 'EngineForceStop', 'the engine VM ignored the shutdown', {
      effects: ['destroy-vm'],
    });
  }
  return stay(machine, 'waiting for the engine VM to shut down', { effects: ['shutdown-vm'] });
}
