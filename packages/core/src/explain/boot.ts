import type { JournalEntry, PeerChange } from '../journal/entry.js';

/** How long the engine takes from the VM's launch to good health. */
export interface BootTime {
  readonly seconds: number;
  /** How many boots were seen; 0 means that the figure is assumed. */
  readonly seen: number;
}

/** Used while no boot was seen: that of an engine of middling size. */
export const ASSUMED_BOOT_S = 120;

const LATEST = 5;

/** The median of the latest boots, of this host and of the others, in its journal. */
export function bootTimeOf(history: readonly JournalEntry[]): BootTime {
  const boots = [...ownBoots(history), ...peerBoots(history)]
    .sort((a, b) => a.endMs - b.endMs)
    .slice(-LATEST)
    .map(({ seconds }) => seconds)
    .sort((a, b) => a - b);
  const median = boots[Math.floor(boots.length / 2)];
  return median === undefined
    ? { seconds: ASSUMED_BOOT_S, seen: 0 }
    : { seconds: Math.max(1, Math.round(median)), seen: boots.length };
}

interface Boot {
  readonly endMs: number;
  readonly seconds: number;
}

function ownBoots(history: readonly JournalEntry[]): readonly Boot[] {
  let launchedS: number | undefined;
  return history.flatMap((entry) => {
    if (entry.kind !== 'decision' || entry.from.name === entry.to) return [];
    const beganS = launchedS;
    // A VM that came by migration, or was found running, did not boot.
    const isLaunch = entry.from.name === 'EngineStart' && entry.to === 'EngineStarting';
    launchedS = isLaunch ? entry.seen.nowS : undefined;
    if (entry.to !== 'EngineUp' || entry.from.name !== 'EngineStarting') return [];
    if (beganS === undefined || entry.seen.nowS <= beganS) return [];
    return [{ endMs: entry.wallMs, seconds: entry.seen.nowS - beganS }];
  });
}

function peerBoots(history: readonly JournalEntry[]): readonly Boot[] {
  const before = new Map<number, PeerChange>();
  const launchedMs = new Map<number, number>();
  return history.flatMap((entry) => {
    if (entry.kind !== 'peers') return [];
    return entry.changes.flatMap((change) => {
      const { hostId, state, freshness } = change;
      const was = before.get(hostId)?.state;
      before.set(hostId, change);
      const beganMs = launchedMs.get(hostId);
      const stays = state === 'EngineStarting' && freshness === 'fresh';
      if (stays && was === 'EngineStart') launchedMs.set(hostId, entry.wallMs);
      else if (!stays) launchedMs.delete(hostId);
      if (state !== 'EngineUp' || was !== 'EngineStarting' || beganMs === undefined) return [];
      return [{ endMs: entry.wallMs, seconds: (entry.wallMs - beganMs) / 1000 }];
    });
  });
}
