// Who is alive, judged from the slots alone and by this host's own clock.
//
//   P1. A peer's clock is never read: only whether its timestamp changed since we last looked.
//   P2. A slot that never changed since we began to watch proves nothing: `unproven`, not alive.
//   P3. Silence makes a peer stale, never dead: only sanlock's verdict, or 60 s, makes it dead
//       (an original agent publishes every 10 s and must never be misjudged; house.md 6).
//   P4. Time in which we could not read the slots ourselves is nobody's silence (I5).

import { type EngineStatus, runsEngine, waitsForLease } from '../engine-status.js';

/** A peer's slot, decoded and believed (I8). */
export interface PeerSlot {
  readonly hostId: number;
  /** The writer's monotonic seconds; compared for change only. */
  readonly timestamp: string;
  readonly score: number;
  readonly engine: EngineStatus;
  readonly hostname: string;
  readonly localMaintenance: boolean;
  readonly stopped: boolean;
  /** `state=` of the slot's metadata, when it has one. */
  readonly state: string | undefined;
}

/**
 * unproven  seen, but not yet seen to change
 * fresh     published within three of its own intervals
 * stale     missed three publications
 * dead      silent for `deadAfterS`
 */
export type Freshness = 'unproven' | 'fresh' | 'stale' | 'dead';

export interface Peer {
  readonly slot: PeerSlot;
  readonly freshness: Freshness;
  /** Seconds since its slot last changed, by our clock. */
  readonly silentS: number;
  readonly firstSeenS: number;
  readonly changedS: number;
  readonly changes: number;
  /** Its publication interval as seen here, in seconds. */
  readonly intervalS: number;
  /** When it began to wait for the lease, by our clock. */
  readonly waitingSinceS: number | undefined;
}

export type Peers = ReadonlyMap<number, Peer>;

/** Those that tell now that the engine VM runs on them. */
export function runnersAmong(peers: Peers): readonly Peer[] {
  return [...peers.values()].filter(
    ({ freshness, slot }) => freshness === 'fresh' && runsEngine(slot.engine),
  );
}

export interface LivenessTiming {
  /** Our own publication interval. */
  readonly publishS: number;
  readonly missedMax: number;
  readonly deadAfterS: number;
}

/** Interval of the original agent: the longest we wait for before a peer counts as stale. */
const FOREIGN_PUBLISH_S = 10;

/**
 * Folds one complete reading of the slots into what is known of the peers. A host that is missing from
 * `slots` has no believable slot now and is forgotten. `lastReadS` is the time of the reading before.
 */
export function trackPeers(
  before: Peers,
  slots: readonly PeerSlot[],
  nowS: number,
  lastReadS: number | undefined,
  timing: LivenessTiming,
): Peers {
  const gapS = lastReadS === undefined ? 0 : nowS - lastReadS;
  const blindS = gapS > timing.publishS * timing.missedMax ? gapS : 0;
  const after = new Map<number, Peer>();
  for (const slot of [...slots].sort((a, b) => a.hostId - b.hostId)) {
    const peer = before.get(slot.hostId);
    const seen = peer === undefined ? undefined : { ...peer, changedS: peer.changedS + blindS };
    after.set(slot.hostId, trackPeer(seen, slot, nowS, timing));
  }
  return after;
}

function trackPeer(
  before: Peer | undefined,
  slot: PeerSlot,
  nowS: number,
  timing: LivenessTiming,
): Peer {
  const waitingSinceS = waitsForLease(slot.engine) ? (before?.waitingSinceS ?? nowS) : undefined;
  if (before === undefined) {
    return {
      slot,
      freshness: 'unproven',
      silentS: 0,
      firstSeenS: nowS,
      changedS: nowS,
      changes: 0,
      intervalS: FOREIGN_PUBLISH_S,
      waitingSinceS,
    };
  }
  const changed = slot.timestamp !== before.slot.timestamp;
  const changes = before.changes + (changed ? 1 : 0);
  const changedS = changed ? nowS : before.changedS;
  // The first change says nothing of the interval: the watch may have begun in the middle of it.
  const measured = changed && before.changes >= 1 ? nowS - before.changedS : before.intervalS;
  const intervalS = Math.min(FOREIGN_PUBLISH_S, Math.max(timing.publishS, measured));
  const silentS = nowS - changedS;
  return {
    slot,
    freshness: freshnessOf(changes, silentS, intervalS, timing),
    silentS,
    firstSeenS: before.firstSeenS,
    changedS,
    changes,
    intervalS,
    waitingSinceS,
  };
}

function freshnessOf(
  changes: number,
  silentS: number,
  intervalS: number,
  timing: LivenessTiming,
): Freshness {
  if (silentS >= timing.deadAfterS) return 'dead';
  if (changes === 0) return 'unproven';
  return silentS > intervalS * timing.missedMax ? 'stale' : 'fresh';
}
