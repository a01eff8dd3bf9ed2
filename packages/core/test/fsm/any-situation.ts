// Any machine in any situation, drawn from a seed: far more than can come about, so that a change of
// state which is not seen here can come about nowhere.

import {
  type EngineStatus,
  type Fact,
  known,
  type LeaseLook,
  type Machine,
  type MoveTarget,
  type Observation,
  type Peer,
  STATE_NAMES,
  unknown,
  type VmView,
} from '../../src/index.js';
import { machineIn, NOW_S, peer, seeing } from './situations.js';

export type Draw = <T>(...values: readonly T[]) => T;

/** xorshift32: the same seed gives the same situations on any machine. */
export function drawFrom(seed: number): Draw {
  let bits = seed | 1;
  return (...values) => {
    bits ^= bits << 13;
    bits ^= bits >>> 17;
    bits ^= bits << 5;
    return values[(bits >>> 0) % values.length] as (typeof values)[number];
  };
}

const VMS: readonly VmView[] = [
  { kind: 'absent' },
  { kind: 'waiting' },
  { kind: 'incoming' },
  { kind: 'running', status: 'Up' },
  { kind: 'running', status: 'Migration Source' },
  { kind: 'running', status: 'Paused', pause: 'io-error' },
  { kind: 'running', status: 'Paused', pause: 'other' },
  { kind: 'down', cause: 'crashed', detail: 'crashed' },
  { kind: 'down', cause: 'shut-down', detail: 'shut down' },
  { kind: 'down', cause: 'lease-held', detail: 'the lease is held' },
  { kind: 'down', cause: 'start-failed', detail: 'the start failed' },
  { kind: 'down', cause: 'migrated-away', detail: 'migrated' },
];

const ENGINES: readonly EngineStatus[] = [
  { vm: 'up', health: 'good', detail: 'Up' },
  { vm: 'up', health: 'bad', detail: 'WaitForLaunch' },
  { vm: 'down', health: 'bad', detail: 'unknown' },
  { vm: 'unknown', health: 'unknown', detail: 'unknown' },
];

const TARGET: MoveTarget = { hostId: 2, hostname: 'host2' };

export function anyMachine(draw: Draw): Machine {
  const failedMovesS = draw([], [NOW_S - 70], [NOW_S - 100, NOW_S - 70], [NOW_S - 10]);
  return machineIn(
    draw(...STATE_NAMES),
    {
      wasUp: draw(true, false),
      restartHere: draw(true, false),
      vacantSinceS: draw(undefined, NOW_S - 100),
      rung: draw(0, 1, 2, 3, 4),
      stopCountsAsFailure: draw(true, false),
      better: draw(undefined, { hostId: 2, sinceS: NOW_S - 20 }),
      target: draw(undefined, TARGET),
      arrivedS: draw(undefined, NOW_S - 90, NOW_S - 10),
      goodSinceS: draw(undefined, NOW_S - 30),
      resumedS: draw(undefined, NOW_S - 1),
      resumes: draw(0, 9),
      crashesS: draw([], [NOW_S - 90]),
      disqualified: draw(undefined, undefined, {
        reason: 'engine-vm-was-shut-down',
        untilS: NOW_S + 60,
      }),
      failedMovesS,
      startedS: draw(NOW_S, NOW_S - 5, NOW_S - 100),
      readings: draw(0, 5),
      peersNow: [2, 3].slice(0, draw(0, 1, 2)).map((hostId) => anyPeer(draw, hostId)),
    },
    { deadlineS: draw(undefined, NOW_S - 1, NOW_S + 60) },
  );
}

function anyPeer(draw: Draw, hostId: number): Peer {
  return peer(hostId, {
    freshness: draw('fresh', 'fresh', 'unproven', 'stale', 'dead' as const),
    score: draw(0, 2400, 3400),
    engine: draw(...ENGINES),
    stopped: draw(false, false, true),
    localMaintenance: draw(false, false, true),
  });
}

export function anyObservation(draw: Draw): Observation {
  const fact = <T>(...values: readonly T[]): Fact<T> =>
    draw<Fact<T>>(...values.map((value) => known(value)), unknown('not known'));
  const refusal = () => draw(undefined, { atS: NOW_S, why: 'refused' });
  return seeing({
    globalMaintenance: draw(known(false), known(false), known(true), unknown('not known')),
    localMaintenance: draw(true, false, false),
    localMaintenanceForced: draw(true, false),
    vm: fact(...VMS),
    health: fact<'good' | 'bad'>('good', 'bad'),
    storage: fact(true, false),
    // An unknown reading leaves the peers as they are, and so does one that was looked at already.
    slots: draw(known({ peers: [], readS: NOW_S }), unknown('not known')),
    lease: fact<LeaseLook>({ kind: 'free' }, held('live'), held('failing'), held('gone')),
    networkShare: fact(0, 1),
    bridgeUp: fact(true, false),
    cpuLoad: fact(0.1, 0.9),
    startRefused: refusal(),
    moveRefused: refusal(),
    serviceRefused: refusal(),
    resumeRefused: refusal(),
  });
}

function held(owner: 'live' | 'failing' | 'gone'): LeaseLook {
  return { kind: 'held', byHostId: 2, owner, grantableInS: undefined };
}
