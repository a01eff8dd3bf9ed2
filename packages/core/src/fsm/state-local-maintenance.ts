import type { SettledVm, VmView } from '../engine-status.js';
import { bestTarget, targetOf } from './move.js';
import type { Context } from './step.js';
import { type Decision, go, isOverdue, stay } from './transition.js';

type Running = Extract<VmView, { kind: 'running' }>;

/**
 * LocalMaintenance and LocalMaintenanceMigrateVm: this host never starts the engine VM (I6), and one that runs
 * here is migrated away; without a target it stays, unless the admin forced it (row 13). A stop that was under way
 * goes on (defect 10).
 */
export function fromLocalMaintenance(context: Context, vm: SettledVm): Decision {
  const { machine, seen, timing } = context;
  if (!seen.localMaintenance) {
    return go(machine, seen.nowS, 'ReinitializeFSM', 'local maintenance ended');
  }
  if (machine.name === 'EngineStop' || machine.name === 'EngineForceStop') {
    return go(machine, seen.nowS, 'LocalMaintenance', 'local maintenance is on; the stop goes on', {
      effects: effectsFor(vm, machine.name === 'EngineForceStop'),
      memory: { stopCountsAsFailure: false, vacantSinceS: undefined, restartHere: false },
      timeoutS:
        machine.name === 'EngineForceStop' ? 0 : Math.max(0, (machine.deadlineS ?? 0) - seen.nowS),
    });
  }
  switch (vm.kind) {
    case 'running':
      return running(context, vm);
    case 'waiting':
      return inMaintenance(context, 'cancelling the start for local maintenance', ['destroy-vm']);
    case 'down':
      return inMaintenance(context, 'local maintenance is on', ['forget-vm']);
    case 'absent':
      return inMaintenance(context, 'local maintenance is on', []);
  }

  function running(within: Context, guest: Running): Decision {
    // A deadline in LocalMaintenance means that a stop is under way.
    const stopping = machine.name === 'LocalMaintenance' && machine.deadlineS !== undefined;
    if (stopping) {
      return stay(machine, 'stopping the engine VM for local maintenance', {
        effects: effectsFor(guest, isOverdue(machine, seen.nowS)),
      });
    }
    if (guest.status === 'Migration Source') {
      return enter(within, 'the engine VM is on its way to another host', true);
    }
    return moveOrStop(within);
  }

  function moveOrStop(within: Context): Decision {
    const { failedMovesS } = machine.memory;
    const lastFailureS = failedMovesS.at(-1);
    const failure = failureOf(within);
    if (failure !== undefined) {
      return go(machine, seen.nowS, 'LocalMaintenanceMigrateVm', failure, {
        memory: { failedMovesS: [...failedMovesS, seen.nowS], leaving: false },
      });
    }
    if (lastFailureS !== undefined && seen.nowS - lastFailureS < timing.movePauseS) {
      if (!seen.localMaintenanceForced) return enter(within, 'pausing after a failed migration');
    }
    const peer = bestTarget(machine, 1);
    const canMove = peer !== undefined && failedMovesS.length < 2;
    if (canMove) {
      const target = targetOf(peer);
      const where = `host ${target.hostId} (${target.hostname})`;
      const isNew = machine.memory.target?.hostId !== target.hostId;
      const effects = [{ kind: 'migrate-vm' as const, to: target }];
      const isUnderWay = machine.name === 'LocalMaintenanceMigrateVm' && !isNew;
      return isUnderWay && machine.deadlineS !== undefined
        ? stay(machine, `migrating to ${where} for local maintenance`, { effects })
        : go(machine, seen.nowS, 'LocalMaintenanceMigrateVm', `migrating to ${where}`, {
            effects,
            memory: { target, leaving: false },
            timeoutS: timing.migrationTimeoutS,
          });
    }
    // A host could run it and the migration does not work: a stop here is a start there.
    if (seen.localMaintenanceForced || peer !== undefined) {
      return go(
        machine,
        seen.nowS,
        'LocalMaintenance',
        peer === undefined
          ? 'no host can take the engine VM: stopping it, as forced'
          : 'the migration failed twice: stopping the VM here, another host starts it',
        {
          effects: ['shutdown-vm'],
          timeoutS: timing.gracefulStopS,
        },
      );
    }
    return enter(
      within,
      'no other host can take the engine VM: it stays until one can, or use --force',
    );
  }
}

/** Why the migration that this host began for its maintenance failed, if it did. */
function failureOf({ machine, seen }: Context): string | undefined {
  const { target, leaving } = machine.memory;
  if (machine.name !== 'LocalMaintenanceMigrateVm' || target === undefined) return undefined;
  const refused = seen.moveRefused;
  // Without a deadline none is asked for: its failure was seen, and counted, before it was told.
  const isAskedFor = machine.deadlineS !== undefined;
  if (isAskedFor && refused !== undefined && refused.atS >= machine.sinceS) {
    return `the migration failed: ${refused.why}`;
  }
  if (leaving) return 'the migration failed: the engine VM runs on here';
  return isOverdue(machine, seen.nowS) ? 'the migration did not begin in time' : undefined;
}

function enter({ machine, seen }: Context, reason: string, leaving = false): Decision {
  return machine.name === 'LocalMaintenanceMigrateVm'
    ? stay(machine, reason, { memory: { leaving } })
    : go(machine, seen.nowS, 'LocalMaintenanceMigrateVm', reason, {
        memory: { target: undefined, leaving, vacantSinceS: undefined },
      });
}

function inMaintenance(
  { machine, seen }: Context,
  reason: string,
  effects: readonly ('destroy-vm' | 'forget-vm')[],
): Decision {
  const memory = {
    wasUp: false,
    target: undefined,
    leaving: false,
    failedMovesS: [],
    vacantSinceS: undefined,
    restartHere: false,
  };
  return machine.name === 'LocalMaintenance' && machine.deadlineS === undefined
    ? stay(machine, reason, { effects, memory })
    : go(machine, seen.nowS, 'LocalMaintenance', reason, { effects, memory });
}

function effectsFor(
  vm: SettledVm,
  force: boolean,
): readonly ('shutdown-vm' | 'destroy-vm' | 'forget-vm')[] {
  switch (vm.kind) {
    case 'running':
      return force ? ['destroy-vm'] : ['shutdown-vm'];
    case 'waiting':
      return ['destroy-vm'];
    case 'down':
      return ['forget-vm'];
    case 'absent':
      return [];
  }
}
