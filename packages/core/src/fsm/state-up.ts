import type { VmView } from '../engine-status.js';
import { downAfterRun } from './after-run.js';
import type { Context } from './step.js';
import { type Decision, go, isOverdue, stay } from './transition.js';

/** EngineUp and EngineUpBadHealth: the guest runs here and was healthy once. */
export function fromUp(context: Context, vm: VmView): Decision {
  const { machine, seen, timing } = context;
  if (vm.kind === 'down' || vm.kind === 'absent') return downAfterRun(context, vm);
  if (vm.kind === 'waiting') {
    return go(machine, seen.nowS, 'EngineStart', 'the engine VM is being launched again', {
      memory: { wasUp: false },
      timeoutS: timing.startTimeoutS,
    });
  }
  const { health } = seen;
  if (health.kind === 'unknown') {
    return stay(machine, `the VM is ${vm.status}; the engine's health is unknown: ${health.why}`);
  }
  if (health.value === 'good') {
    const reason = 'the engine is healthy';
    return machine.name === 'EngineUp'
      ? stay(machine, reason)
      : go(machine, seen.nowS, 'EngineUp', `${reason} again`);
  }
  if (machine.name === 'EngineUp') {
    return go(machine, seen.nowS, 'EngineUpBadHealth', 'the engine fails its liveliness check', {
      timeoutS: timing.badHealthS,
    });
  }
  if (!isOverdue(machine, seen.nowS)) {
    return stay(machine, 'the engine fails its liveliness check');
  }
  return go(
    machine,
    seen.nowS,
    'EngineStop',
    `the engine was unhealthy for ${timing.badHealthS} s`,
    {
      effects: ['shutdown-vm'],
      memory: { stopCountsAsFailure: true },
      timeoutS: timing.gracefulStopS,
    },
  );
}
