import type { Peers } from '../cluster/peers.js';
import type { Disqualification } from '../score/score.js';

/** Names of ha-daemon.md 5: part of the interface (slots, notifications, logs). */
export type StateName =
  | 'StartState'
  | 'ReinitializeFSM'
  | 'EngineDown'
  | 'EngineStart'
  | 'EngineStarting'
  | 'EngineUp'
  | 'EngineUpBadHealth'
  | 'EngineStop'
  | 'EngineForceStop'
  | 'EngineUnexpectedlyDown'
  | 'EngineMaybeAway'
  | 'LocalMaintenance'
  | 'GlobalMaintenance'
  | 'UnknownLocalVmState'
  | 'AgentStopped';

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
}

export interface TemporaryDisqualification {
  readonly reason: Extract<Disqualification, 'engine-vm-was-shut-down' | 'engine-vm-crashed-twice'>;
  readonly untilS: number;
}

/** What the loop shall do. Idempotent; emitted again on every step while it is needed. */
export type Effect =
  | { readonly kind: 'start-vm' }
  | { readonly kind: 'shutdown-vm' }
  | { readonly kind: 'destroy-vm' }
  /** Removes a dead VM's entry from the host daemon's table. Touches no guest. */
  | { readonly kind: 'forget-vm' };

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
  /** A standby's turn comes this long after the turn of the one before it. */
  readonly standbyTurnS: number;
  /** A peer that waits for the lease is respected this long: above sanlock's longest, 210 s. */
  readonly parkLimitS: number;
  /** Pause after a lost race, and between attempts of a host of last resort. */
  readonly contentionPauseS: number;
  readonly lastResortPauseS: number;
}

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
  standbyTurnS: 20,
  parkLimitS: 240,
  contentionPauseS: 5,
  lastResortPauseS: 60,
};

export function initialMachine(nowS: number): Machine {
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
      failedStartsS: [],
      crashesS: [],
      disqualified: undefined,
      restartHere: false,
      vacantSinceS: undefined,
      contendedS: undefined,
      stopCountsAsFailure: false,
    },
  };
}
