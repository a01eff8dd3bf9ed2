import type { Peers } from '../cluster/peers.js';
import type { Disqualification } from '../score/score.js';
import { ownStartAt } from './own-start.js';

/** Names of ha-daemon.md 5: part of the interface (slots, notifications, logs). */
export const STATE_NAMES = [
  'StartState',
  'ReinitializeFSM',
  'EngineDown',
  'EngineStart',
  'EngineStarting',
  'EngineUp',
  'EngineUpBadHealth',
  'EngineStop',
  'EngineForceStop',
  'EngineUnexpectedlyDown',
  'EngineMaybeAway',
  'EngineMigratingAway',
  'LocalMaintenance',
  'LocalMaintenanceMigrateVm',
  'GlobalMaintenance',
  'UnknownLocalVmState',
  'AgentStopped',
] as const;

export type StateName = (typeof STATE_NAMES)[number];

/** The state machine between two steps: plain data, so that a journal can hold it. */
export interface Machine {
  readonly name: StateName;
  /** Monotonic seconds when this state was entered. */
  readonly sinceS: number;
  /** When this state's timer ends; published as `timeout=`. */
  readonly deadlineS: number | undefined;
  readonly memory: Memory;
}

/** What outlives a state. All times are this host's monotonic seconds. */
export interface Memory {
  readonly startedS: number;
  readonly peers: Peers;
  /** When the slots were last read; undefined before the first reading. */
  readonly slotsReadS: number | undefined;
  /** Complete readings of the slots since the start. */
  readonly readings: number;
  /** The guest ran here when the VM's state was last known. */
  readonly wasUp: boolean;
  /** The start under way here that this daemon asked for, or its run before: tells it from one by hand. */
  readonly ownStart: OwnStart | undefined;
  readonly failedStartsS: readonly number[];
  readonly crashesS: readonly number[];
  readonly disqualified: TemporaryDisqualification | undefined;
  /** QEMU crashed here with the storage fine: start it again as soon as its entry is cleared. */
  readonly restartHere: boolean;
  /** Since when nobody runs the engine, nobody tries to, and its lease can be granted. */
  readonly vacantSinceS: number | undefined;
  /** When this host last lost the race for the lease. */
  readonly contendedS: number | undefined;
  /** Why the VM is being stopped: a failed start counts, an admin's wish does not. */
  readonly stopCountsAsFailure: boolean;
  /** How far the ladder for a failing engine service was climbed (row 4); 0 is its foot. */
  readonly rung: number;
  /** Since when the engine is healthy without a break: long enough resets the ladder. */
  readonly goodSinceS: number | undefined;
  /** A peer that is better by the margin, and since when (hysteresis). */
  readonly better: { readonly hostId: number; readonly sinceS: number } | undefined;
  /** Where the VM is being moved. */
  readonly target: MoveTarget | undefined;
  /** The guest was seen on its way there: running here again, its migration failed. */
  readonly leaving: boolean;
  /** When a guest that was paused on an I/O error was let go on last. */
  readonly resumedS: number | undefined;
  /** How many attempts in a row were made to let it go on. */
  readonly resumes: number;
  readonly failedMovesS: readonly number[];
  /** When the VM came to this host, started or moved. */
  readonly arrivedS: number | undefined;
}

export interface OwnStart {
  /** When it was asked for or found last. */
  readonly askedS: number;
  /** The host daemon has told of it: it is over when it does no more. */
  readonly hasShown: boolean;
}

export interface MoveTarget {
  readonly hostId: number;
  readonly hostname: string;
}

export interface TemporaryDisqualification {
  readonly reason: Extract<
    Disqualification,
    'engine-vm-was-shut-down' | 'engine-vm-crashed-twice' | 'engine-failed-here'
  >;
  readonly untilS: number;
}

/** What the loop shall do. Idempotent; emitted again on every step while it is needed. */
export type Effect =
  | { readonly kind: 'start-vm' }
  | { readonly kind: 'shutdown-vm' }
  | { readonly kind: 'destroy-vm' }
  /** Removes a dead VM's entry from the host daemon's table. Touches no guest. */
  | { readonly kind: 'forget-vm' }
  /** Lets a guest that stopped on an I/O error go on. */
  | { readonly kind: 'resume-vm' }
  | { readonly kind: 'migrate-vm'; readonly to: MoveTarget }
  /** Through the guest's agent, if it has one. */
  | { readonly kind: 'restart-engine-service' };

/** Seconds. Defaults are ha-daemon.md 5 and house.md 6 unless said otherwise. */
export interface Timing {
  readonly publishS: number;
  readonly missedMax: number;
  readonly deadAfterS: number;
  readonly badHealthS: number;
  readonly gracefulStopS: number;
  readonly startTimeoutS: number;
  readonly maybeAwayS: number;
  readonly shutDownDisqualifiesS: number;
  readonly failedStartMemoryS: number;
  readonly crashWindowS: number;
  /** After a second crash: how long the others have the first turn. */
  readonly crashYieldS: number;
  /** How long a peer may take to prove that it is alive after our start: above 10 s, the original's pace. */
  readonly settleS: number;
  /**
   * A standby's turn comes this long after the turn of the one before it: above the 20 s by which two hosts'
   * views of a third one's renewals differ (2 io_timeouts), a tick and a publication.
   */
  readonly standbyTurnS: number;
  /** A peer that waits for the lease is respected this long: above sanlock's longest, 210 s. */
  readonly parkLimitS: number;
  /** Pause after a lost race, and between attempts of a host of last resort. */
  readonly contentionPauseS: number;
  readonly lastResortPauseS: number;
  /** A peer must be better by the margin for this long, and the VM here for `dwellS`, before it moves. */
  readonly betterHoldS: number;
  readonly dwellS: number;
  readonly migrationTimeoutS: number;
  /** Pause after a failed migration; failures are remembered for `failedMoveMemoryS`. */
  readonly movePauseS: number;
  readonly failedMoveMemoryS: number;
  /** What the engine gets to recover after a restart of its service. */
  readonly serviceRestartS: number;
  /** After the whole ladder failed: pauses between rounds, doubling. */
  readonly ladderPauseS: number;
  readonly ladderResetS: number;
  /** A guest that stays paused with its storage fine is started anew after this. */
  readonly pausedMaxS: number;
}

/** A peer must be this much better before the VM is moved to it (ha-daemon.md 4). */
export const BETTER_MARGIN = 800;

export const DEFAULT_TIMING: Timing = {
  publishS: 2,
  missedMax: 3,
  deadAfterS: 60,
  badHealthS: 300,
  gracefulStopS: 300,
  startTimeoutS: 600,
  maybeAwayS: 40,
  shutDownDisqualifiesS: 560,
  failedStartMemoryS: 600,
  crashWindowS: 600,
  crashYieldS: 60,
  settleS: 12,
  standbyTurnS: 30,
  parkLimitS: 240,
  contentionPauseS: 5,
  lastResortPauseS: 60,
  betterHoldS: 6,
  dwellS: 60,
  migrationTimeoutS: 300,
  movePauseS: 60,
  failedMoveMemoryS: 600,
  serviceRestartS: 120,
  ladderPauseS: 600,
  ladderResetS: 600,
  pausedMaxS: 120,
};

/** `foundStart`: the run before this one asked for a start and did not see its end. */
export function initialMachine(nowS: number, foundStart = false): Machine {
  return {
    name: 'StartState',
    sinceS: nowS,
    deadlineS: undefined,
    memory: {
      startedS: nowS,
      peers: new Map(),
      slotsReadS: undefined,
      readings: 0,
      wasUp: false,
      ownStart: foundStart ? ownStartAt(nowS) : undefined,
      failedStartsS: [],
      crashesS: [],
      disqualified: undefined,
      restartHere: false,
      vacantSinceS: undefined,
      contendedS: undefined,
      stopCountsAsFailure: false,
      rung: 0,
      goodSinceS: undefined,
      better: undefined,
      target: undefined,
      leaving: false,
      resumedS: undefined,
      resumes: 0,
      failedMovesS: [],
      arrivedS: undefined,
    },
  };
}
