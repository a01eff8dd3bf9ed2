import type { SettledVm } from '../engine-status.js';
import { downAfterRun } from './after-run.js';
import type { Context } from './step.js';
import { type Decision, go, stay } from './transition.js';

/**
 * ReinitializeFSM and UnknownLocalVmState: find out what runs here. A running VM is taken on at once; an
 * absent one is left alone until each peer had the time to prove that it is alive (defect 1).
 */
export function fromInitialising(context: Context, vm: SettledVm): Decision {
  const { machine, seen, timing } = context;
  switch (vm.kind) {
    case 'running':
      if (vm.pause === 'io-error') {
        // The health page may be another guest's: this one answers nobody.
        return go(machine, seen.nowS, 'EngineUp', 'the engine VM is here, paused on an I/O error', {
          memory: { wasUp: true },
        });
      }
      return seen.health.kind === 'known' && seen.health.value === 'good'
        ? go(machine, seen.nowS, 'EngineUp', 'the engine VM runs here and is healthy', {
            memory: { wasUp: true },
          })
        : go(machine, seen.nowS, 'EngineStarting', 'the engine VM runs here', {
            memory: { wasUp: true },
            timeoutS: timing.startTimeoutS,
          });
    case 'waiting':
      return go(machine, seen.nowS, 'EngineStart', 'a start is under way here', {
        timeoutS: timing.startTimeoutS,
      });
    case 'down':
    case 'absent':
      break;
  }
  if (machine.memory.wasUp) return downAfterRun(context, vm);
  if (vm.kind === 'down') {
    return stay(machine, `clearing a dead VM's entry: ${vm.detail}`, { effects: ['forget-vm'] });
  }
  const unsettled = unsettledReason(context);
  if (unsettled !== undefined) return stay(machine, unsettled);
  return go(machine, seen.nowS, 'EngineDown', 'the engine VM does not run here');
}

function unsettledReason({ machine, timing, seen }: Context): string | undefined {
  const { memory } = machine;
  if (seen.slots.kind === 'unknown') return `the slots are unknown: ${seen.slots.why}`;
  if (seen.nowS - memory.startedS >= timing.settleS && memory.readings >= 2) return undefined;
  // A host that starts at the same moment as this one has no slot in the first reading.
  if (memory.readings < 2 || seen.nowS - memory.startedS < 2 * timing.publishS) {
    return 'reading the whiteboard a second time';
  }
  const unproven = [...memory.peers.values()].filter(
    (peer) => peer.freshness === 'unproven' && !peer.slot.stopped,
  );
  if (unproven.length > 0) {
    const names = unproven.map((peer) => peer.slot.hostId).join(', ');
    return `watching whether these hosts are alive: ${names}`;
  }
  return undefined;
}
