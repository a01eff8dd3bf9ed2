// Whether the running engine VM should be moved, and where. Moving is cheap (a live migration), but not free:
// a peer must be better by the margin, stay so for a while, and the VM must have been here for a while.

import type { Peer } from '../cluster/peers.js';
import type { Score } from '../score/score.js';
import {
  BETTER_MARGIN,
  type Machine,
  type Memory,
  type MoveTarget,
  type Timing,
} from './machine.js';
import type { Observation } from './observation.js';

/** The best fresh peer that may run the VM, with at least `scoreMin`; a target that failed lately comes last. */
export function bestTarget(machine: Machine, scoreMin: number): Peer | undefined {
  const failedId =
    machine.memory.failedMovesS.length > 0 ? machine.memory.target?.hostId : undefined;
  return [...machine.memory.peers.values()]
    .filter(
      (peer) => peer.freshness === 'fresh' && !peer.slot.stopped && !peer.slot.localMaintenance,
    )
    .filter((peer) => peer.slot.score > 0 && peer.slot.score >= scoreMin)
    .sort(
      (a, b) =>
        Number(a.slot.hostId === failedId) - Number(b.slot.hostId === failedId) ||
        b.slot.score - a.slot.score ||
        a.slot.hostId - b.slot.hostId,
    )[0];
}

export function targetOf(peer: Peer): MoveTarget {
  return { hostId: peer.slot.hostId, hostname: peer.slot.hostname };
}

/** Follows the hysteresis: since when some peer has been better by the margin. */
export function watchBetter(machine: Machine, seen: Observation, score: Score): Memory['better'] {
  // What is not known of this host is no degradation (I5): its points may come back with the next measurement.
  if (!isMeasured(seen)) return undefined;
  const peer = bestTarget(machine, score.total + BETTER_MARGIN);
  if (peer === undefined) return undefined;
  const { better } = machine.memory;
  // Whoever is best: what must last is that this host is the worse one by far.
  return { hostId: peer.slot.hostId, sinceS: better?.sinceS ?? seen.nowS };
}

function isMeasured({ networkShare, bridgeUp, cpuLoad, configUpToDate }: Observation): boolean {
  return [networkShare, bridgeUp, cpuLoad, configUpToDate].every((fact) => fact.kind === 'known');
}

/** The peer to move to now, or undefined. */
export function dueMove(
  machine: Machine,
  seen: Observation,
  score: Score,
  timing: Timing,
): Peer | undefined {
  const { better, arrivedS, failedMovesS } = machine.memory;
  if (better === undefined || seen.nowS - better.sinceS < timing.betterHoldS) return undefined;
  if (arrivedS !== undefined && seen.nowS - arrivedS < timing.dwellS) return undefined;
  const lastFailureS = failedMovesS.at(-1);
  if (lastFailureS !== undefined && seen.nowS - lastFailureS < timing.movePauseS) return undefined;
  return bestTarget(machine, score.total + BETTER_MARGIN);
}
