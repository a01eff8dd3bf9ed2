// Who tries to start the engine VM, and when. Only an order of attempts: the lease decides (I3).

import type { Peer } from '../cluster/peers.js';
import { runsEngine, waitsForLease } from '../engine-status.js';
import type { Score } from '../score/score.js';
import type { Machine, Timing } from './machine.js';
import type { LeaseLook, Observation } from './observation.js';

export type Turn =
  | { readonly kind: 'start'; readonly why: string }
  | { readonly kind: 'wait'; readonly why: string; readonly vacant: boolean };

/** Whether this host should try now. `vacant` tells that nobody runs it and nobody is known to try. */
export function turnOf(machine: Machine, seen: Observation, score: Score, timing: Timing): Turn {
  const obstacle = obstacleOf(machine, seen, timing);
  if (obstacle !== undefined) return { kind: 'wait', why: obstacle, vacant: false };

  const place = placeOf(machine, seen, score);
  if (place.kind === 'never') return { kind: 'wait', why: place.why, vacant: true };
  const vacantS = seen.nowS - (machine.memory.vacantSinceS ?? seen.nowS);
  const dueS = place.ahead.length * timing.standbyTurnS;
  if (vacantS < dueS) {
    const first = place.ahead[0];
    const name = first === undefined ? 'another host' : describe(first);
    return { kind: 'wait', why: `${name} goes first`, vacant: true };
  }
  const pause = pauseOf(machine, seen, score, timing);
  if (pause !== undefined) return { kind: 'wait', why: pause, vacant: true };
  return { kind: 'start', why: `${place.why}; ${leaseReason(seen)}` };
}

/** Facts that forbid an attempt for every host, or that we do not know well enough. */
function obstacleOf(machine: Machine, seen: Observation, timing: Timing): string | undefined {
  if (seen.globalMaintenance.kind === 'unknown') {
    return `global maintenance is unknown: ${seen.globalMaintenance.why}`;
  }
  if (seen.storage.kind === 'unknown') return `storage is unknown: ${seen.storage.why}`;
  if (!seen.storage.value) return 'the storage domain is not usable here';
  if (seen.slots.kind === 'unknown') return `the slots are unknown: ${seen.slots.why}`;
  if (seen.slots.value.readS < machine.sinceS) return 'reading the whiteboard again first';
  for (const peer of machine.memory.peers.values()) {
    const busy = busyReason(peer, machine, seen, timing);
    if (busy !== undefined) return busy;
  }
  if (seen.lease.kind === 'unknown') return `the lease is unknown: ${seen.lease.why}`;
  return leaseObstacle(seen.lease.value, seen.hostId);
}

function busyReason(
  peer: Peer,
  machine: Machine,
  seen: Observation,
  timing: Timing,
): string | undefined {
  const watchedS = seen.nowS - peer.firstSeenS;
  if (peer.freshness === 'unproven' && !peer.slot.stopped && watchedS < timing.settleS) {
    return `watching whether ${describe(peer)} is alive`;
  }
  if (peer.freshness !== 'fresh') return undefined;
  if (runsEngine(peer.slot.engine)) return `the engine VM runs on ${describe(peer)}`;
  if (waitsForLease(peer.slot.engine)) {
    const waitsS = seen.nowS - (peer.waitingSinceS ?? seen.nowS);
    if (waitsS < timing.parkLimitS) return `${describe(peer)} waits for the lease`;
  }
  // Its score is zero until it knows what runs on it; a moment's patience spares a race (defect 2).
  const initialising = peer.slot.state === 'ReinitializeFSM' || peer.slot.state === 'StartState';
  if (initialising && seen.nowS - machine.memory.startedS < 2 * timing.settleS) {
    return `${describe(peer)} is still finding out what runs on it`;
  }
  return undefined;
}

function leaseObstacle(lease: LeaseLook, hostId: number): string | undefined {
  // In the name of this host with no VM here: QEMU died while the storage was away, so that nobody could
  // release it. sanlock grants it to its owner again; the others see a live owner and wait.
  if (lease.kind === 'free' || lease.byHostId === hostId) return undefined;
  const owner = `host ${lease.byHostId}`;
  switch (lease.owner) {
    case 'live':
      return `the lease is held by ${owner}, which is alive`;
    case 'unknown':
      return `the lease is held by ${owner}, whose state is unknown`;
    case 'failing':
    case 'gone':
      return undefined;
  }
}

function leaseReason(seen: Observation): string {
  if (seen.lease.kind === 'unknown') return 'the lease is unknown';
  const lease = seen.lease.value;
  if (lease.kind === 'free') return 'the lease is free';
  if (lease.byHostId === seen.hostId) return 'the lease is still in the name of this host';
  if (lease.owner === 'gone') return `the lease of host ${lease.byHostId} has lapsed`;
  const when = lease.grantableInS === undefined ? '' : `, about ${Math.ceil(lease.grantableInS)} s`;
  return `waiting for the lease of host ${lease.byHostId}${when}`;
}

type Place =
  | { readonly kind: 'place'; readonly ahead: readonly Peer[]; readonly why: string }
  | { readonly kind: 'never'; readonly why: string };

/** Fresh peers with a score go before this one when theirs is higher, or equal with a lower host id. */
function placeOf(machine: Machine, seen: Observation, score: Score): Place {
  const rivals = [...machine.memory.peers.values()].filter(
    (peer) => peer.freshness === 'fresh' && peer.slot.score > 0 && !peer.slot.stopped,
  );
  if (score.total > 0) {
    const ahead = rivals.filter(
      (peer) =>
        peer.slot.score > score.total ||
        (peer.slot.score === score.total && peer.slot.hostId < seen.hostId),
    );
    const why = ahead.length === 0 ? `best host with score ${score.total}` : 'its turn has come';
    return { kind: 'place', ahead: ahead.sort(byScore), why };
  }
  switch (score.disqualified) {
    case 'local-maintenance':
    case 'initialising':
    case 'stopped':
      return { kind: 'never', why: `this host may not run it: ${score.disqualified}` };
    default:
      // A host of last resort: no admin's short cut and no series of failures may leave the
      // engine down while a host could run it (defect 4).
      return { kind: 'place', ahead: rivals.sort(byScore), why: 'no other host can run it' };
  }
}

function pauseOf(
  machine: Machine,
  seen: Observation,
  score: Score,
  timing: Timing,
): string | undefined {
  const { contendedS, failedStartsS } = machine.memory;
  if (contendedS !== undefined && seen.nowS - contendedS < timing.contentionPauseS) {
    return 'lost the race for the lease a moment ago';
  }
  const lastFailureS = failedStartsS.at(-1);
  const pauseS = score.total > 0 ? timing.contentionPauseS : timing.lastResortPauseS;
  if (lastFailureS !== undefined && seen.nowS - lastFailureS < pauseS) {
    return 'pausing after a failed start';
  }
  return undefined;
}

function byScore(a: Peer, b: Peer): number {
  return b.slot.score - a.slot.score || a.slot.hostId - b.slot.hostId;
}

export function describe(peer: Peer): string {
  return `host ${peer.slot.hostId} (${peer.slot.hostname})`;
}
