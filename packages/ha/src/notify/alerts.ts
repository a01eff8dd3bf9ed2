// What needs an admin without being a change of state. Each alert is told when it begins and when it is over.

import {
  FAILED_STARTS_MAX,
  isKnown,
  type Machine,
  type Observation,
  runsEngine,
} from '@hosted-engine/core';

export interface Alert {
  /** Ends in `-over` when it is. */
  readonly detail: string;
  readonly reason: string;
}

export interface AlertInput {
  readonly machine: Machine;
  readonly seen: Observation;
  readonly reason: string;
  /** Why this host's id is not its own; undefined while it is. */
  readonly hostIdProblem: string | undefined;
}

export interface AlertWatch {
  /** The alerts that began or ended with this turn. */
  turn(input: AlertInput): readonly Alert[];
}

/** Nobody runs the engine for this long, in seconds: longer than any recovery that goes well. */
const DOWN_TOO_LONG_S = 600;
/** The storage gets this long to appear after a start of the daemon. */
const STORAGE_FIRST_S = 60;
/** A lost host id is asked for anew in this time; sanlock takes up to 3 io_timeouts to give it, and may fail once. */
const REJOIN_S = 10;
const HOST_ID_TAKEN = 'host-id-taken';

export function createAlertWatch(ioTimeoutS: number): AlertWatch {
  const raised = new Map<string, string>();
  let storageGoodS: number | undefined;
  let engineSeenS: number | undefined;
  /** Since when the id is not ours although the whiteboard can be read. */
  let unownedS: number | undefined;
  let lastFailure = '';
  let lastReason = '';

  /**
   * Row 8: sanlock's renewals fail at 8 io_timeouts; at 6 there is still time to act. Without its host id a host has
   * no good storage, however well that works: then the whiteboard tells whether it does.
   */
  function storage({ seen, machine, hostIdProblem }: AlertInput): string | undefined {
    if (seen.storage.kind === 'known' && seen.storage.value) {
      storageGoodS = seen.nowS - seen.storage.ageS;
    } else if (hostIdProblem !== undefined && seen.slots.kind === 'known') {
      storageGoodS = seen.nowS - seen.slots.ageS;
    }
    const sinceS = storageGoodS ?? machine.memory.startedS;
    const badS = seen.nowS - sinceS;
    const patienceS = storageGoodS === undefined ? STORAGE_FIRST_S : 0;
    if (badS < Math.max(6 * ioTimeoutS, patienceS)) return undefined;
    const why = seen.storage.kind === 'unknown' ? `: ${seen.storage.why}` : '';
    return `the shared storage was last seen working ${Math.round(badS)} s ago${why}. An engine VM on this host is stopped by sanlock when its lease cannot be renewed for ${8 * ioTimeoutS} s`;
  }

  /** Row 14. */
  function starts({ machine, reason }: AlertInput): string | undefined {
    const failure = /^start failed \(\d+\): (.*)$/s.exec(reason)?.[1];
    if (failure !== undefined) lastFailure = failure;
    const count = machine.memory.failedStartsS.length;
    if (count <= FAILED_STARTS_MAX) return undefined;
    return `${count} starts of the engine VM failed on this host lately; it goes on trying, with pauses. The last one: ${lastFailure}`;
  }

  /** I10: the engine is up within its bound, or an alert says why not. */
  function engine({ machine, seen, reason }: AlertInput): string | undefined {
    const peers = [...machine.memory.peers.values()].filter((peer) => peer.freshness === 'fresh');
    const runsHere = seen.vm.kind === 'known' && seen.vm.value.kind === 'running';
    const isRunning = runsHere || peers.some((peer) => runsEngine(peer.slot.engine));
    const isWanted = !isKnown(seen.globalMaintenance, true);
    if (isRunning || !isWanted) engineSeenS = seen.nowS;
    const downS = seen.nowS - (engineSeenS ?? machine.memory.startedS);
    if (downS < DOWN_TOO_LONG_S) return undefined;
    // One host tells it for all: the one with the lowest id that is alive.
    if (peers.some((peer) => peer.slot.hostId < seen.hostId && !peer.slot.stopped))
      return undefined;
    return `no host has run the engine VM for ${Math.round(downS / 60)} minutes. This host: ${reason}`;
  }

  /** Lost with the storage, and for a moment after it, a host id is no news of its own: the storage is. */
  function hostId({ seen, hostIdProblem }: AlertInput): string | undefined {
    if (hostIdProblem === undefined || seen.slots.kind === 'unknown') unownedS = undefined;
    else unownedS ??= seen.nowS;
    const isNews = unownedS !== undefined && seen.nowS - unownedS >= REJOIN_S + 5 * ioTimeoutS;
    return isNews || raised.has(HOST_ID_TAKEN) ? hostIdProblem : undefined;
  }

  function change(detail: string, problem: string | undefined): readonly Alert[] {
    const before = raised.get(detail);
    if (problem === undefined) {
      if (before === undefined) return [];
      raised.delete(detail);
      return [{ detail: `${detail}-over`, reason: `over; it was: ${before}` }];
    }
    if (before !== undefined) return [];
    raised.set(detail, problem);
    return [{ detail, reason: problem }];
  }

  return {
    turn(input) {
      // The core says ALERT when its own means are used up (row 4).
      const [, urgent] = /^ALERT: (.*)$/s.exec(input.reason) ?? [];
      const isNew = urgent !== undefined && input.reason !== lastReason;
      lastReason = input.reason;
      return [
        ...change('storage-stalled', storage(input)),
        ...change('starts-failing', starts(input)),
        ...change('engine-down', engine(input)),
        ...change(HOST_ID_TAKEN, hostId(input)),
        ...(isNew ? [{ detail: 'engine-unhealthy', reason: urgent }] : []),
      ];
    },
  };
}
