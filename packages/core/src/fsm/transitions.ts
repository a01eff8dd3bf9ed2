// The single list of allowed changes of state. `step` takes no other: the tests draw every situation that
// they can think of, and the exploration of the model walks through all that can come about. The page and the
// picture of the state machine are made from it.

import { STATE_NAMES, type StateName } from './machine.js';

type Changes = Partial<Record<StateName, string>>;

const STOPPED: Changes = { AgentStopped: 'the daemon was told to stop' };

/** I6 comes before everything else. */
const GLOBAL: Changes = {
  ...STOPPED,
  GlobalMaintenance: 'global maintenance is on',
};

const MAINTENANCE: Changes = {
  ...GLOBAL,
  LocalMaintenance: 'local maintenance is on, and no guest runs here',
  LocalMaintenanceMigrateVm: 'local maintenance is on, and the engine VM runs here',
};

/** I5: an unknown VM is left alone until its state is known again. */
const WORKING: Changes = {
  ...MAINTENANCE,
  UnknownLocalVmState: 'the host daemon does not tell the state of the VM',
};

/** The guest ran here and does not any more. */
const RUN_ENDED: Changes = {
  EngineDown: 'QEMU crashed, or the start failed',
  EngineMaybeAway: 'the engine VM left for another host',
  EngineUnexpectedlyDown: 'the engine VM was shut down, or vanished',
};

const FOUND: Changes = {
  ...RUN_ENDED,
  EngineDown: 'the engine VM does not run here, and every peer had time to show that it is alive',
  EngineStart: 'a start is under way here',
  EngineStarting: 'the engine VM runs here and is not healthy yet',
  EngineUp: 'the engine VM runs here and is healthy',
};

/** From each state: where it may go, and what that means. */
const CHANGES: Readonly<Record<StateName, Changes>> = {
  StartState: {
    ...MAINTENANCE,
    ReinitializeFSM: 'the daemon started',
    EngineDown: 'the engine VM is being migrated to this host',
  },
  ReinitializeFSM: { ...MAINTENANCE, ...FOUND },
  UnknownLocalVmState: { ...MAINTENANCE, ...FOUND },
  EngineDown: {
    ...WORKING,
    EngineStart: 'this host is to try: its turn has come and the lease can be granted',
    EngineStarting: 'the engine VM runs here: started by hand, or migrated to this host',
  },
  EngineUnexpectedlyDown: {
    ...WORKING,
    EngineDown: 'the time after the shutdown is over',
    EngineStart: 'no other host can run the engine VM: this one does',
    EngineStarting: 'the engine VM runs here: started by hand, or migrated to this host',
  },
  EngineMaybeAway: {
    ...WORKING,
    EngineDown: 'the engine VM appeared on another host, or the time for that is over',
    EngineStart: 'the engine VM appeared nowhere, and the turn of this host has come',
    EngineStarting: 'the engine VM came back',
  },
  EngineStart: {
    ...WORKING,
    ...RUN_ENDED,
    EngineDown: 'another host has the lease (no failure), or the start failed',
    EngineStarting: 'the guest runs',
    EngineUp: 'the engine is healthy',
  },
  EngineStarting: {
    ...WORKING,
    ...RUN_ENDED,
    EngineUp: 'the engine is healthy',
    EngineUpBadHealth: 'not healthy in time after a round of the ladder: its service is restarted',
    EngineStop: 'not healthy in time',
  },
  EngineUp: {
    ...WORKING,
    ...RUN_ENDED,
    EngineUpBadHealth: 'the engine fails its check, or the guest is paused on an I/O error',
    EngineMigratingAway:
      'another host is better by the margin for long enough, or somebody migrates it',
    EngineStop: 'another host is better by far, and migrating to it failed twice',
    EngineStart: 'the engine VM is being launched again',
  },
  EngineUpBadHealth: {
    ...WORKING,
    ...RUN_ENDED,
    EngineUp: 'the engine is healthy again',
    EngineUpBadHealth: 'unhealthy for too long: its service is restarted in the guest',
    EngineMigratingAway:
      'another host is better by the margin for long enough, or somebody migrates it',
    EngineStop:
      'the restart of the service did not help: the VM is restarted, here and then elsewhere',
    EngineForceStop: 'the paused guest cannot be resumed, or another host has taken the VM over',
    EngineStart: 'the engine VM is being launched again',
  },
  EngineMigratingAway: {
    ...MAINTENANCE,
    ...RUN_ENDED,
    EngineUp: 'the migration failed: the engine VM goes on here',
    EngineMaybeAway: 'the engine VM moved',
    ReinitializeFSM: 'the migration left no trace',
  },
  EngineStop: {
    ...GLOBAL,
    LocalMaintenance: 'local maintenance is on; the stop goes on',
    EngineDown: 'the engine VM is down',
    EngineForceStop: 'the engine VM ignored the shutdown',
  },
  EngineForceStop: {
    ...GLOBAL,
    LocalMaintenance: 'local maintenance is on; the stop goes on',
    EngineDown: 'the engine VM is down',
  },
  LocalMaintenance: {
    ...GLOBAL,
    LocalMaintenance: 'a stop of the engine VM begins or ends',
    LocalMaintenanceMigrateVm: 'the engine VM runs here: it is to leave',
    ReinitializeFSM: 'local maintenance ended',
  },
  LocalMaintenanceMigrateVm: {
    ...GLOBAL,
    LocalMaintenance: 'the engine VM left, or is stopped: forced, or migrating it failed twice',
    LocalMaintenanceMigrateVm: 'a migration begins or failed',
    ReinitializeFSM: 'local maintenance ended',
  },
  GlobalMaintenance: { ...STOPPED, ReinitializeFSM: 'global maintenance ended' },
  AgentStopped: {},
};

/** One allowed change of state. From a state to itself: its timers begin anew. */
export interface Transition {
  readonly from: StateName;
  readonly to: StateName;
  /** When it is taken, as one phrase. */
  readonly meaning: string;
}

/** Every allowed change of state, in the order of the states. */
export const TRANSITIONS: readonly Transition[] = STATE_NAMES.flatMap((from) =>
  STATE_NAMES.flatMap((to) => {
    const meaning = CHANGES[from][to];
    return meaning === undefined ? [] : [{ from, to, meaning }];
  }),
);
