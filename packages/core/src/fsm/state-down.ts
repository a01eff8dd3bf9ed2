import { runnersAmong } from '../cluster/peers.js';
import type { SettledVm } from '../engine-status.js';
import type { Context } from './step.js';
import { type Decision, go, isOverdue, stay } from './transition.js';
import { describe, turnOf } from './turn.js';

/** EngineDown, EngineUnexpectedlyDown, EngineMaybeAway: no engine VM here. */
export function fromDown(context: Context, vm: SettledVm): Decision {
  const { machine, seen, timing } = context;
  switch (vm.kind) {
    case 'running':
      // Started by hand, or migrated to us: taken on as it is.
      return go(machine, seen.nowS, 'EngineStarting', 'the engine VM runs here now', {
        memory: { wasUp: true, vacantSinceS: undefined, arrivedS: seen.nowS },
        timeoutS: timing.startTimeoutS,
      });
    case 'waiting':
      return go(machine, seen.nowS, 'EngineStart', 'a start is under way here', {
        memory: { vacantSinceS: undefined },
        timeoutS: timing.startTimeoutS,
      });
    case 'down':
      return stay(machine, `clearing a dead VM's entry: ${vm.detail}`, { effects: ['forget-vm'] });
    case 'absent':
      return absent(context);
  }
}

function absent(context: Context): Decision {
  const { machine, seen, timing, score } = context;
  if (machine.name === 'EngineMaybeAway' && !isOverdue(machine, seen.nowS)) {
    const [runner] = runnersAmong(machine.memory.peers);
    if (runner === undefined) return stay(machine, 'the engine VM may have moved to another host');
    const memory = { vacantSinceS: undefined };
    const why = `the engine VM runs on ${describe(runner)}`;
    return go(machine, seen.nowS, 'EngineDown', why, { memory });
  }
  if (machine.memory.restartHere) return restart(context);
  const turn = turnOf(machine, seen, score, timing);
  if (turn.kind === 'start') {
    return go(machine, seen.nowS, 'EngineStart', turn.why, {
      effects: ['start-vm'],
      memory: { vacantSinceS: undefined },
      timeoutS: timing.startTimeoutS,
    });
  }
  const vacantSinceS = turn.vacant ? (machine.memory.vacantSinceS ?? seen.nowS) : undefined;
  const memory = { vacantSinceS };
  if (machine.name === 'EngineMaybeAway') {
    return go(machine, seen.nowS, 'EngineDown', 'the engine VM is not here any more', { memory });
  }
  const excused = machine.memory.disqualified?.reason !== 'engine-vm-was-shut-down';
  if (machine.name === 'EngineUnexpectedlyDown' && excused) {
    return go(machine, seen.nowS, 'EngineDown', 'the time after the shutdown is over', { memory });
  }
  return stay(machine, turn.why, { memory });
}

/** The lease was this host's until QEMU died a moment ago: there is nothing to look at first. */
function restart({ machine, seen, timing }: Context): Decision {
  const memory = { restartHere: false };
  if (seen.storage.kind === 'unknown' || !seen.storage.value) {
    return stay(machine, 'not restarting at once: the storage is not fine', { memory });
  }
  return go(machine, seen.nowS, 'EngineStart', 'restarting the engine VM here', {
    effects: ['start-vm'],
    memory,
    timeoutS: timing.startTimeoutS,
  });
}
