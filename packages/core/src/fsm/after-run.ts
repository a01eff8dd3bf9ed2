import type { VmView } from '../engine-status.js';
import type { Context } from './step.js';
import { type Decision, go } from './transition.js';

/** The guest ran here when we last knew, and now it does not: why, and what that means. */
export function downAfterRun(
  context: Context,
  vm: Extract<VmView, { kind: 'down' | 'absent' }>,
): Decision {
  const { machine, seen, timing } = context;
  if (vm.kind === 'absent') return endedByHand(context, 'vanished from this host');
  switch (vm.cause) {
    case 'crashed':
      return crashed(context, vm.detail);
    case 'shut-down':
      return endedByHand(context, `was shut down (${vm.detail})`);
    case 'lease-held':
    case 'migrated-away':
      return go(machine, seen.nowS, 'EngineMaybeAway', `the engine VM left: ${vm.detail}`, {
        effects: ['forget-vm'],
        memory: { wasUp: false },
        timeoutS: timing.maybeAwayS,
      });
    case 'start-failed':
      return go(machine, seen.nowS, 'EngineDown', `the start failed: ${vm.detail}`, {
        effects: ['forget-vm'],
        memory: {
          wasUp: false,
          failedStartsS: [...machine.memory.failedStartsS, seen.nowS],
        },
      });
  }
}

/**
 * Row 2: restart here at once; after a second crash the next best host has the first turn. With the storage
 * not known to be fine the crash may be sanlock's doing (row 7): then the lease is looked at first.
 */
function crashed(
  { machine, seen, timing }: Context,
  detail: string,
  what = 'the engine VM crashed',
): Decision {
  const crashesS = [...machine.memory.crashesS, seen.nowS];
  const again = crashesS.length >= 2;
  const restartHere = !again && seen.storage.kind === 'known' && seen.storage.value;
  const untilS = seen.nowS + timing.crashYieldS;
  return go(
    machine,
    seen.nowS,
    'EngineDown',
    `${what}${again ? ' again' : restartHere ? ', restarting it' : ''}: ${detail}`,
    {
      effects: ['forget-vm'],
      memory: {
        wasUp: false,
        crashesS,
        restartHere,
        vacantSinceS: undefined,
        disqualified: again ? { reason: 'engine-vm-crashed-twice', untilS } : undefined,
      },
    },
  );
}

/**
 * An admin's doing, unless the storage is away: sanlock asks QEMU to end before it kills it, which looks like a
 * shutdown (row 7). A storage that nothing is known of is no admin either (I5).
 */
function endedByHand(context: Context, how: string): Decision {
  const { storage } = context.seen;
  if (storage.kind === 'known' && storage.value) return shutDown(context, `the engine VM ${how}`);
  return crashed(context, `it ${how}`, 'the engine VM ended while its storage was away');
}

/** Row 3: the admin's short cut to maintenance. */
function shutDown({ machine, seen, timing }: Context, reason: string): Decision {
  return go(machine, seen.nowS, 'EngineUnexpectedlyDown', reason, {
    effects: ['forget-vm'],
    memory: {
      wasUp: false,
      vacantSinceS: undefined,
      disqualified: {
        reason: 'engine-vm-was-shut-down',
        untilS: seen.nowS + timing.shutDownDisqualifiesS,
      },
    },
    timeoutS: timing.shutDownDisqualifiesS,
  });
}
