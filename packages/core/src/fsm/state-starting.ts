import { runnersAmong } from '../cluster/peers.js';
import type { SettledVm, VmView } from '../engine-status.js';
import { downAfterRun } from './after-run.js';
import { climb } from './ladder.js';
import type { Machine } from './machine.js';
import type { Context } from './step.js';
import { type Decision, go, isOverdue, stay } from './transition.js';

/** EngineStart: a start was issued. EngineStarting: the guest runs and the engine is not healthy yet. */
export function fromStarting(context: Context, vm: SettledVm): Decision {
  const { machine } = context;
  switch (vm.kind) {
    case 'running':
      return running(context, vm);
    case 'waiting':
      return waiting(context);
    case 'down':
      return down(context, vm);
    case 'absent':
      if (guestRan(machine)) return downAfterRun(context, vm);
      return refusedOrPending(context);
  }
}

function running(context: Context, vm: Extract<VmView, { kind: 'running' }>): Decision {
  const { machine, seen, timing } = context;
  const { status } = vm;
  if (vm.pause === 'io-error') {
    return go(machine, seen.nowS, 'EngineUp', 'the guest is paused on an I/O error', {
      memory: { wasUp: true },
    });
  }
  if (seen.health.kind === 'known' && seen.health.value === 'good') {
    return go(machine, seen.nowS, 'EngineUp', 'the engine is healthy', {
      memory: {
        wasUp: true,
        disqualified: undefined,
        arrivedS: machine.memory.arrivedS ?? seen.nowS,
      },
    });
  }
  if (machine.name === 'EngineStart') {
    return go(machine, seen.nowS, 'EngineStarting', `the engine VM is ${status}`, {
      memory: { wasUp: true, arrivedS: seen.nowS },
      timeoutS: timing.startTimeoutS,
    });
  }
  if (isOverdue(machine, seen.nowS)) {
    if (machine.memory.rung > 0) return climb(context);
    const why = `ALERT: the engine did not become healthy within ${timing.startTimeoutS} s`;
    return go(machine, seen.nowS, 'EngineStop', why, {
      effects: ['shutdown-vm'],
      memory: { stopCountsAsFailure: true },
      timeoutS: timing.gracefulStopS,
    });
  }
  return stay(machine, `waiting for the engine to become healthy, the VM is ${status}`, {
    memory: { wasUp: true },
  });
}

/** Parked on the lease, most likely. A lease that turned out to be held by a live host ends by itself. */
function waiting({ machine, seen, timing }: Context): Decision {
  const [runner] = runnersAmong(machine.memory.peers);
  if (runner !== undefined && seen.nowS - machine.sinceS > timing.contentionPauseS) {
    return stay(machine, `host ${runner.slot.hostId} runs the engine VM: cancelling the start`, {
      effects: ['destroy-vm'],
    });
  }
  const lease = seen.lease;
  const what =
    lease.kind === 'known' && lease.value.kind === 'held' && lease.value.byHostId !== seen.hostId
      ? `waiting for the lease of host ${lease.value.byHostId}${
          lease.value.grantableInS === undefined
            ? ''
            : `, about ${Math.ceil(lease.value.grantableInS)} s`
        }`
      : 'the engine VM is being launched';
  return stay(machine, what);
}

function down(context: Context, vm: Extract<VmView, { kind: 'down' }>): Decision {
  const { machine, seen } = context;
  if (guestRan(machine)) return downAfterRun(context, vm);
  if (vm.cause === 'lease-held' || vm.cause === 'migrated-away') {
    return go(machine, seen.nowS, 'EngineDown', `another host has the lease: ${vm.detail}`, {
      effects: ['forget-vm'],
      memory: { contendedS: seen.nowS },
    });
  }
  if (vm.cause === 'shut-down') {
    return go(machine, seen.nowS, 'EngineDown', `the start was cancelled: ${vm.detail}`, {
      effects: ['forget-vm'],
      memory: { contendedS: seen.nowS },
    });
  }
  return failed(context, vm.detail);
}

function refusedOrPending(context: Context): Decision {
  const { machine, seen } = context;
  const refused = seen.startRefused;
  if (refused !== undefined && refused.atS >= machine.sinceS) return failed(context, refused.why);
  const [runner] = runnersAmong(machine.memory.peers);
  if (runner !== undefined) {
    const reason = `host ${runner.slot.hostId} runs the engine VM: not starting it here`;
    return go(machine, seen.nowS, 'EngineDown', reason, { memory: { contendedS: seen.nowS } });
  }
  if (isOverdue(machine, seen.nowS)) return failed(context, 'the VM never appeared');
  return stay(machine, 'asking the host daemon to start the engine VM', { effects: ['start-vm'] });
}

function failed({ machine, seen }: Context, why: string): Decision {
  const failedStartsS = [...machine.memory.failedStartsS, seen.nowS];
  return go(machine, seen.nowS, 'EngineDown', `start failed (${failedStartsS.length}): ${why}`, {
    effects: ['forget-vm'],
    memory: { failedStartsS },
  });
}

/** In EngineStarting the guest ran; in EngineStart it may have, before a restart of this daemon. */
function guestRan(machine: Machine): boolean {
  return machine.name === 'EngineStarting' || machine.memory.wasUp;
}
