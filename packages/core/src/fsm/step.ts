// The agent's state machine.
//
//   F1. `step` is pure: no clock, no I/O. Time arrives in the observation.
//   F2. Nothing here decides safety (I3): the lease does. A wrong guess costs time, never data.
//   F3. Global maintenance, or not knowing of it, emits no start, stop or destroy (I6, I5); a start of ours that
//       still waits for the lease is taken back when it begins.
//   F4. An unknown VM state emits nothing but waiting (I5).
//   F5. Effects are emitted again on every step while they are needed; a lost one needs no special case.
//   F6. A lost race for the lease is never a failure (I4).

import { type LivenessTiming, trackPeers } from '../cluster/peers.js';
import type { SettledVm } from '../engine-status.js';
import type { Score, ScoreWeights } from '../score/score.js';
import { scoreIn } from './fitness.js';
import type { Machine, Memory, Timing } from './machine.js';
import type { Observation } from './observation.js';
import { ownStartNow, withOwnStart } from './own-start.js';
import { fromDown } from './state-down.js';
import { fromInitialising } from './state-initialising.js';
import { fromLocalMaintenance } from './state-local-maintenance.js';
import { fromMigrating } from './state-moving.js';
import { fromStarting } from './state-starting.js';
import { fromStopping } from './state-stopping.js';
import { fromUp } from './state-up.js';
import { type Decision, go, stay } from './transition.js';

export interface CoreConfig {
  readonly timing: Timing;
  readonly weights: ScoreWeights;
}

export interface Step extends Decision {
  readonly score: Score;
}

/** What one state may use. */
export interface Context {
  readonly machine: Machine;
  readonly seen: Observation;
  readonly score: Score;
  readonly timing: Timing;
}

export function step(before: Machine, seen: Observation, config: CoreConfig): Step {
  const machine = { ...before, memory: remember(before.memory, seen, config.timing) };
  const score = scoreIn(machine, seen, config.weights);
  const decision = decide({ machine, seen, score, timing: config.timing });
  const starts = decision.effects.some(({ kind }) => kind === 'start-vm');
  const next = starts ? withOwnStart(decision.next, seen.nowS) : decision.next;
  return { ...decision, next, score: scoreIn(next, seen, config.weights) };
}

function decide(context: Context): Decision {
  const { machine, seen } = context;
  if (machine.name === 'AgentStopped') return stay(machine, 'the daemon stopped');
  if (seen.globalMaintenance.kind === 'known' && seen.globalMaintenance.value) {
    return inGlobalMaintenance(context);
  }
  if (machine.name === 'GlobalMaintenance') {
    return seen.globalMaintenance.kind === 'unknown'
      ? stay(machine, `global maintenance was on; now unknown: ${seen.globalMaintenance.why}`)
      : go(machine, seen.nowS, 'ReinitializeFSM', 'global maintenance ended');
  }
  if (seen.vm.kind === 'unknown') return withUnknownVm(context, seen.vm.why);
  if (seen.vm.value.kind === 'incoming') return arriving(context);
  if (seen.localMaintenance || isInLocalMaintenance(machine)) {
    return withheldWhileBlind(context, fromLocalMaintenance(context, seen.vm.value));
  }
  return withheldWhileBlind(context, byState(context, seen.vm.value));
}

function byState(context: Context, vm: SettledVm): Decision {
  const { machine, seen } = context;
  switch (machine.name) {
    case 'StartState':
      return go(machine, seen.nowS, 'ReinitializeFSM', 'the daemon started');
    case 'ReinitializeFSM':
    case 'UnknownLocalVmState':
      return fromInitialising(context, vm);
    case 'EngineDown':
    case 'EngineUnexpectedlyDown':
    case 'EngineMaybeAway':
      return fromDown(context, vm);
    case 'EngineStart':
    case 'EngineStarting':
      return fromStarting(context, vm);
    case 'EngineUp':
    case 'EngineUpBadHealth':
      return fromUp(context, vm);
    case 'EngineMigratingAway':
      return fromMigrating(context, vm);
    case 'EngineStop':
    case 'EngineForceStop':
      return fromStopping(context, vm);
    case 'LocalMaintenance':
    case 'LocalMaintenanceMigrateVm':
    case 'GlobalMaintenance':
    case 'AgentStopped':
      return stay(machine, `${machine.name} is decided on before`);
  }
}

function isInLocalMaintenance({ name }: Machine): boolean {
  return name === 'LocalMaintenance' || name === 'LocalMaintenanceMigrateVm';
}

/**
 * Nothing is done to the VM. But a start of ours that still waits for the lease is taken back: it would begin
 * to run in the middle of the maintenance. One by hand is left alone.
 */
function inGlobalMaintenance({ machine, seen }: Context): Decision {
  const memory = { wasUp: seen.vm.kind === 'known' ? false : machine.memory.wasUp };
  const reason = 'global maintenance is on';
  const waits = seen.vm.kind === 'known' && seen.vm.value.kind === 'waiting';
  const takesBack = waits && machine.memory.ownStart !== undefined;
  const what = takesBack ? `${reason}: taking back the start that waits for the lease` : reason;
  const options = { effects: takesBack ? (['destroy-vm'] as const) : [], memory };
  return machine.name === 'GlobalMaintenance'
    ? stay(machine, what, options)
    : go(machine, seen.nowS, 'GlobalMaintenance', what, options);
}

/** The source decides over a migration: this host only waits for its end. */
function arriving({ machine, seen }: Context): Decision {
  const reason = 'the engine VM is being migrated to this host';
  const memory = { wasUp: false, vacantSinceS: undefined, restartHere: false };
  if (isInLocalMaintenance(machine) && !seen.localMaintenance) {
    return go(machine, seen.nowS, 'ReinitializeFSM', 'local maintenance ended', { memory });
  }
  return machine.name === 'EngineDown' || isInLocalMaintenance(machine)
    ? stay(machine, reason, { memory })
    : go(machine, seen.nowS, 'EngineDown', reason, { memory });
}

/** The VM's state is not known: nothing is done to it, and what was known of it is kept. */
function withUnknownVm({ machine, seen }: Context, why: string): Decision {
  const reason = `the state of the VM is unknown: ${why}`;
  switch (machine.name) {
    case 'StartState':
    case 'ReinitializeFSM':
    case 'UnknownLocalVmState':
    // These come back to the same work when the answer does.
    case 'LocalMaintenance':
    case 'LocalMaintenanceMigrateVm':
    case 'EngineMigratingAway':
    case 'EngineStop':
    case 'EngineForceStop':
      return stay(machine, reason);
    default:
      return go(machine, seen.nowS, 'UnknownLocalVmState', reason);
  }
}

/** F3: while global maintenance cannot be read, decisions stand but nothing is done to the VM. */
function withheldWhileBlind({ machine, seen }: Context, decision: Decision): Decision {
  if (seen.globalMaintenance.kind === 'known') return decision;
  const acts = decision.effects.filter((effect) => effect.kind !== 'forget-vm');
  if (acts.length === 0) return decision;
  return stay(
    machine,
    `would ${acts.map((effect) => effect.kind).join(', ')}, but global maintenance is unknown: ${seen.globalMaintenance.why}`,
  );
}

function remember(memory: Memory, seen: Observation, timing: Timing): Memory {
  const liveness: LivenessTiming = timing;
  const isNewReading = seen.slots.kind === 'known' && seen.slots.value.readS !== memory.slotsReadS;
  const slots =
    seen.slots.kind === 'known' && isNewReading
      ? {
          peers: trackPeers(
            memory.peers,
            seen.slots.value.peers,
            seen.slots.value.readS,
            memory.slotsReadS,
            liveness,
          ),
          slotsReadS: seen.slots.value.readS,
          readings: memory.readings + 1,
        }
      : {};
  const disqualified = memory.disqualified;
  return {
    ...memory,
    ...slots,
    ownStart: ownStartNow(memory.ownStart, seen, timing),
    failedStartsS: within(memory.failedStartsS, seen.nowS, timing.failedStartMemoryS),
    crashesS: within(memory.crashesS, seen.nowS, timing.crashWindowS),
    failedMovesS: within(memory.failedMovesS, seen.nowS, timing.failedMoveMemoryS),
    disqualified:
      disqualified !== undefined && seen.nowS < disqualified.untilS ? disqualified : undefined,
  };
}

function within(times: readonly number[], nowS: number, windowS: number): readonly number[] {
  return times.filter((time) => nowS - time < windowS);
}
