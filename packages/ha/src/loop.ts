// The HA daemon's loop: observe, decide, execute, report. Events only wake it early; they decide nothing.
// The simulator runs this file unchanged.
//
//   A1. No step waits for storage, the host daemon or the network: facts come from the monitors, with their
//       age; a hung one makes its fact unknown and the loop goes on.
//   A2. The slot is published on every turn, in every state, also in maintenance.
//   A3. Ending the loop never touches the VM or its lease (I7).

import {
  type CoreConfig,
  type Fact,
  initialMachine,
  isKnown,
  known,
  type Machine,
  type Observation,
  type Peers,
  runnersAmong,
  type Score,
  step,
} from '@hosted-engine/core';
import { type Clock, Interrupter } from '@hosted-engine/ports';
import type { Executor } from './execute.js';
import type { Facts } from './facts.js';
import type { Recorder, TurnRecord } from './journal.js';
import type { Publisher } from './publish.js';
import type { StartMark } from './start-mark.js';

export interface LoopOptions {
  readonly hostId: number;
  readonly core: CoreConfig;
  readonly clock: Clock;
  readonly facts: Facts;
  readonly executor: Executor;
  readonly startMark: StartMark;
  readonly publisher: Publisher;
  readonly recorder: Recorder;
  readonly localMaintenance: () => LocalMaintenance;
  /** Why this host takes no part yet. */
  readonly notYetMember: () => Fact<never> | undefined;
  readonly configUpToDate: () => Fact<boolean>;
  readonly vmMemoryMiB: () => number | undefined;
  /** Called after every turn: the systemd watchdog is fed by progress, not by a timer. */
  readonly onTurn: (summary: TurnSummary) => void;
  /** The loop ended in `machine`; the state before it is `before`. */
  readonly onEnd: (before: Machine, machine: Machine) => void;
}

/** What ha.conf says. */
export interface LocalMaintenance {
  readonly on: boolean;
  /** Without a target the VM is stopped (row 13). */
  readonly forced: boolean;
}

export interface TurnSummary extends TurnRecord {
  readonly machine: Machine;
  readonly score: Score;
  readonly reason: string;
}

export interface Loop {
  /** Runs until the signal aborts, then publishes AgentStopped. */
  run(signal: AbortSignal): Promise<void>;
  /** Ends the wait for the next tick. */
  wake(): void;
  peers(): Peers;
}

/** Between an event and the turn that looks at it: events of one cause come in bursts. */
const GAP_MS = 50;

export function createLoop(options: LoopOptions): Loop {
  const { clock, facts, core } = options;
  let machine = initialMachine(clock.monotonicS(), options.startMark.wasKept());
  let wakeUp = new Interrupter();

  function observe(): Observation {
    const board = facts.board();
    const refusals = options.executor.refusals();
    const maintenance = options.localMaintenance();
    return {
      nowS: clock.monotonicS(),
      hostId: options.hostId,
      globalMaintenance:
        board.kind === 'unknown'
          ? board
          : board.value.globalMaintenance === undefined
            ? { kind: 'unknown', why: board.value.globalFault ?? 'slot 0 cannot be read' }
            : known(board.value.globalMaintenance, board.ageS),
      localMaintenance: maintenance.on,
      localMaintenanceForced: maintenance.forced,
      vm: facts.vm(),
      health: facts.health(),
      storage: facts.storage(),
      slots: board.kind === 'known' ? known(board.value.slots, board.ageS) : board,
      lease: options.notYetMember() ?? facts.lease(),
      networkShare: facts.networkShare(),
      bridgeUp: facts.bridgeUp(),
      memoryFreeMiB: facts.memoryFreeMiB(),
      cpuLoad: facts.cpuLoad(),
      configUpToDate: options.configUpToDate(),
      vmMemoryMiB: options.vmMemoryMiB(),
      cpuCores: facts.cpuCores(),
      startRefused: refusals.start,
      moveRefused: refusals.move,
      serviceRefused: refusals.service,
      resumeRefused: refusals.resume,
    };
  }

  function turn(): void {
    const seen = observe();
    const before = machine;
    const result = step(before, seen, core);
    machine = result.next;
    options.startMark.keep(machine.memory.ownStart !== undefined);
    options.executor.execute(result.effects);
    options.recorder.turn({ before, seen, result });
    options.publisher.publish({ machine, seen, score: result.score });
    facts.want(wants(seen));
    const { score, reason } = result;
    options.onTurn({ before, seen, result, machine, score, reason });
  }

  function wants(seen: Observation): { health: boolean; lease: boolean } {
    const runsHere = seen.vm.kind === 'known' && seen.vm.value.kind === 'running';
    const runsElsewhere = runnersAmong(machine.memory.peers).length > 0;
    const idle = isKnown(seen.globalMaintenance, true) || seen.localMaintenance;
    return { health: runsHere, lease: !runsHere && !runsElsewhere && !idle };
  }

  return {
    wake: () => wakeUp.abort(),
    peers: () => machine.memory.peers,
    async run(signal) {
      signal.addEventListener('abort', () => wakeUp.abort(), { once: true });
      while (!signal.aborted) {
        if (wakeUp.aborted) wakeUp = new Interrupter();
        turn();
        await clock.sleep(core.timing.publishS * 1000, wakeUp);
        // Whatever wakes us, and however often: the daemon never spins.
        if (wakeUp.aborted && !signal.aborted) await clock.sleep(GAP_MS, signal);
      }
      const before = machine;
      machine = { ...machine, name: 'AgentStopped', deadlineS: undefined };
      options.onEnd(before, machine);
      const seen = observe();
      await options.publisher.publishLast({ machine, seen });
    },
  };
}
