import type { SettledVm, VmView } from '../engine-status.js';
import { downAfterRun } from './after-run.js';
import type { MoveTarget } from './machine.js';
import type { Context } from './step.js';
import { type Decision, go, isOverdue, stay } from './transition.js';

/** The target of a migration that this host did not begin. */
export const ELSEWHERE: MoveTarget = { hostId: 0, hostname: 'chosen elsewhere' };

/** VDSM's words for a guest on its way. */
const LEAVING = 'Migration Source';

/** EngineMigratingAway: the guest runs here until it runs there; a failure leaves it here (row 16). */
export function fromMigrating(context: Context, vm: SettledVm): Decision {
  const { machine, seen } = context;
  const { target } = machine.memory;
  if (vm.kind === 'down' || vm.kind === 'absent') return gone(context, vm);
  if (vm.kind === 'waiting' || target === undefined) {
    return go(machine, seen.nowS, 'ReinitializeFSM', 'the migration left no trace');
  }
  const where = `host ${target.hostId} (${target.hostname})`;
  const refused = seen.moveRefused;
  if (refused !== undefined && refused.atS >= machine.sinceS && vm.status !== LEAVING) {
    return failed(context, `the migration to ${where} failed: ${refused.why}`);
  }
  if (isOverdue(machine, seen.nowS) && vm.status !== LEAVING) {
    return failed(context, `the migration to ${where} did not end in time`);
  }
  if (vm.status === LEAVING) {
    return stay(machine, `migrating to ${where}`, { memory: { leaving: true } });
  }
  if (machine.memory.leaving) {
    return failed(context, `the migration to ${where} failed: the engine VM runs on here`);
  }
  return stay(machine, `asking for the migration to ${where}`, {
    effects: [{ kind: 'migrate-vm', to: target }],
  });
}

function gone(context: Context, vm: Extract<VmView, { kind: 'down' | 'absent' }>): Decision {
  const { machine, seen, timing } = context;
  // An entry that is absent at the end of a migration was cleared by whoever saw it first.
  if (vm.kind === 'absent' || vm.cause === 'migrated-away' || vm.cause === 'lease-held') {
    const to = machine.memory.target?.hostId ?? 'another one';
    return go(machine, seen.nowS, 'EngineMaybeAway', `the engine VM moved to host ${to}`, {
      effects: ['forget-vm'],
      memory: {
        wasUp: false,
        better: undefined,
        target: undefined,
        leaving: false,
        failedMovesS: [],
      },
      timeoutS: timing.maybeAwayS,
    });
  }
  return downAfterRun(context, vm);
}

function failed({ machine, seen }: Context, why: string): Decision {
  const { failedMovesS, target } = machine.memory;
  // One that somebody else began says nothing of those that this host would begin.
  const isOurs = target?.hostId !== ELSEWHERE.hostId;
  return go(machine, seen.nowS, 'EngineUp', why, {
    memory: {
      failedMovesS: isOurs ? [...failedMovesS, seen.nowS] : failedMovesS,
      better: undefined,
      leaving: false,
      target: isOurs ? target : undefined,
    },
  });
}
