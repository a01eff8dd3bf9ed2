// A cluster reduced to what decisions depend on. Time passes in rounds of ROUND_S seconds; in each round
// one thing at most goes wrong, the world moves on, and every daemon takes one step of the production core.

import {
  type CoreConfig,
  DEFAULT_TIMING,
  DEFAULT_WEIGHTS,
  initialMachine,
  type Machine,
  type Observation,
  type PeerSlot,
  type Refusal,
  type Timing,
} from '@hosted-engine/core';

/** The publication interval of the model: with it, a peer's measured interval has one value only. */
export const ROUND_S = 10;

/** Rounds without a renewal after which sanlock kills, and calls a host dead: the same order as on real hosts. */
export const KILL_AFTER = 3;
export const DEAD_AFTER = 5;

const rounds = (count: number): number => count * ROUND_S;

/** The timers of the product in the same order of size, as few rounds as tell them apart. */
const TIMING: Timing = {
  ...DEFAULT_TIMING,
  publishS: rounds(1),
  missedMax: 1,
  deadAfterS: rounds(4),
  badHealthS: rounds(2),
  gracefulStopS: rounds(2),
  startTimeoutS: rounds(4),
  maybeAwayS: rounds(2),
  shutDownDisqualifiesS: rounds(4),
  failedStartMemoryS: rounds(6),
  crashWindowS: rounds(6),
  crashYieldS: rounds(2),
  settleS: rounds(2),
  standbyTurnS: rounds(1),
  parkLimitS: rounds(8),
  contentionPauseS: rounds(1),
  lastResortPauseS: rounds(2),
  betterHoldS: rounds(2),
  dwellS: rounds(6),
  migrationTimeoutS: rounds(3),
  movePauseS: rounds(1),
  failedMoveMemoryS: rounds(6),
  serviceRestartS: rounds(1),
  ladderPauseS: rounds(3),
  ladderResetS: rounds(4),
  pausedMaxS: rounds(2),
};

export const MODEL_CONFIG: CoreConfig = { timing: TIMING, weights: DEFAULT_WEIGHTS };

export type ModelVm =
  | { readonly kind: 'absent' }
  | { readonly kind: 'down'; readonly cause: 'crashed' | 'shut-down' | 'lease-held' }
  | { readonly kind: 'down'; readonly cause: 'start-failed' | 'migrated-away' }
  | { readonly kind: 'waiting'; readonly rounds: number }
  | { readonly kind: 'incoming' }
  | Guest;

export interface Guest {
  readonly kind: 'running';
  /** The engine in it answers. */
  readonly booted: boolean;
  /** It stopped itself on an I/O error, and libvirt gave its lease up. */
  readonly paused: boolean;
  /** Another host was granted the lease since: it may not go on. */
  readonly overtaken: boolean;
  readonly stopping: boolean;
  readonly leavingFor: number | undefined;
}

export type Effects = readonly {
  readonly kind: string;
  readonly to?: { readonly hostId: number };
}[];

export interface ModelHost {
  readonly id: number;
  readonly powered: boolean;
  readonly storageUp: boolean;
  readonly networkUp: boolean;
  /** The host daemon answers. */
  readonly answers: boolean;
  /** A start here ends with an error. */
  readonly startsFail: boolean;
  readonly localMaintenance: boolean;
  readonly forced: boolean;
  /** Holds its host id in the lockspace; with a new generation each time that it joins. */
  readonly joined: boolean;
  readonly generation: number;
  readonly renewedRound: number;
  readonly vm: ModelVm;
  readonly machine: Machine;
  readonly slot: PeerSlot | undefined;
  /** What its daemon saw in the round before: what a delayed one acts on. */
  readonly facts: Observation | undefined;
  /** Effects decided on and not yet carried out. */
  readonly pending: Effects;
  readonly startRefused: Refusal | undefined;
  readonly moveRefused: Refusal | undefined;
}

export interface Lease {
  readonly hostId: number;
  readonly generation: number;
}

/** How the engine in the guest fails: until its service is restarted, or its VM (which then ignores a shutdown). */
export type EngineFault = 'none' | 'service' | 'guest';

export interface Model {
  readonly round: number;
  readonly hosts: readonly ModelHost[];
  readonly lease: Lease | undefined;
  readonly globalMaintenance: boolean;
  readonly migrationsFail: boolean;
  readonly engineFault: EngineFault;
  /** Guests started, and things that went wrong: one fault, at most one restart (I10). */
  readonly starts: number;
  readonly faults: number;
  readonly delays: number;
  /** Set when a rule of the world itself was broken. */
  readonly broken: string | undefined;
}

export function nowS(model: Model): number {
  return model.round * ROUND_S;
}

/** All hosts have just been powered on; nothing runs. */
export function coldCluster(count: number): Model {
  return {
    round: 10,
    hosts: Array.from({ length: count }, (_, index) => coldHost(index + 1, 10)),
    lease: undefined,
    globalMaintenance: false,
    migrationsFail: false,
    engineFault: 'none',
    starts: 0,
    faults: 0,
    delays: 0,
    broken: undefined,
  };
}

export function coldHost(id: number, round: number, foundStart = false): ModelHost {
  return {
    id,
    powered: true,
    storageUp: true,
    networkUp: true,
    answers: true,
    startsFail: false,
    localMaintenance: false,
    forced: false,
    joined: false,
    generation: 0,
    renewedRound: -100,
    vm: { kind: 'absent' },
    machine: initialMachine(round * ROUND_S, foundStart),
    slot: undefined,
    facts: undefined,
    pending: [],
    startRefused: undefined,
    moveRefused: undefined,
  };
}

export function hostOf(model: Model, id: number): ModelHost | undefined {
  return model.hosts[id - 1];
}

export function withHost(model: Model, id: number, changes: Partial<ModelHost>): Model {
  return {
    ...model,
    hosts: model.hosts.map((host) => (host.id === id ? { ...host, ...changes } : host)),
  };
}

/** Rounds since the host renewed its host id. */
export function silenceOf(model: Model, host: ModelHost): number {
  return model.round - host.renewedRound;
}
