// What happened, from this host's journal: its own decisions, and what it saw the others do.

import type { StateName } from '../fsm/machine.js';
import type { DecisionEntry, JournalEntry, PeerChange } from '../journal/entry.js';
import { deductionsOf } from './penalties.js';

export interface HistoryEvent {
  readonly wallMs: number;
  readonly hostname: string;
  /** A sentence without its subject and its full stop. */
  readonly text: string;
  /** Why, when it is this host's own decision. */
  readonly reason: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** What a host does in a state; its name stands before. */
const IS: Readonly<Record<StateName, string>> = {
  StartState: 'begins',
  ReinitializeFSM: 'finds out what runs on it',
  EngineDown: 'stands by',
  EngineStart: 'starts the engine VM',
  EngineStarting: 'runs the engine VM and waits for the engine in it',
  EngineUp: 'runs the engine, which is up',
  EngineUpBadHealth: 'runs the engine VM, but the engine is not healthy',
  EngineStop: 'asks the engine VM to shut down',
  EngineForceStop: 'ends the engine VM by force',
  EngineUnexpectedlyDown: 'does not run the engine VM any more',
  EngineMaybeAway: 'does not have the engine VM any more and looks where it went',
  EngineMigratingAway: 'moves the engine VM to another host',
  LocalMaintenance: 'is in local maintenance',
  LocalMaintenanceMigrateVm: 'moves the engine VM away for its local maintenance',
  GlobalMaintenance: 'leaves the engine VM alone: global maintenance',
  UnknownLocalVmState: 'cannot tell whether the engine VM runs on it',
  AgentStopped: 'has its HA daemon stopped',
};

/** What a host did that entered a state. */
const ENTERED: Readonly<Record<StateName, string>> = {
  StartState: 'began',
  ReinitializeFSM: 'began to find out what runs on it',
  EngineDown: 'went into standby',
  EngineStart: 'began to start the engine VM',
  EngineStarting: 'had the engine VM running and waited for the engine in it',
  EngineUp: 'had the engine up',
  EngineUpBadHealth: 'found the engine unhealthy',
  EngineStop: 'asked the engine VM to shut down',
  EngineForceStop: 'ended the engine VM by force',
  EngineUnexpectedlyDown: 'saw the engine VM go down',
  EngineMaybeAway: 'no longer had the engine VM',
  EngineMigratingAway: 'began to move the engine VM to another host',
  LocalMaintenance: 'went into local maintenance',
  LocalMaintenanceMigrateVm: 'went into local maintenance, with the engine VM still on it',
  GlobalMaintenance: 'left the engine VM alone, for global maintenance',
  UnknownLocalVmState: 'could not tell whether the engine VM runs on it',
  AgentStopped: 'had its HA daemon stopped',
};

/** Work without a change of state that is worth a line. */
const DID: Readonly<Partial<Record<string, string>>> = {
  'start-vm': 'started the engine VM',
  'shutdown-vm': 'asked the engine VM to shut down',
  'destroy-vm': 'ended the engine VM, or cancelled its start',
  'resume-vm': 'let the paused engine VM go on',
  'migrate-vm': 'began to move the engine VM to another host',
  'restart-engine-service': 'restarted the engine service in the guest',
};

/** Oldest first. */
export function eventsOf(history: readonly JournalEntry[]): readonly HistoryEvent[] {
  const known = new Map<number, PeerChange>();
  const events: HistoryEvent[] = [];
  let lastWork: string | undefined;
  for (const entry of history) {
    switch (entry.kind) {
      case 'decision':
        events.push(...ownEvents(entry, lastWork));
        lastWork = entry.effects[0]?.kind;
        break;
      case 'peers':
        for (const change of entry.changes) {
          const text = peerText(known.get(change.hostId), change);
          known.set(change.hostId, change);
          if (text === undefined) continue;
          const { hostname, state } = change;
          events.push({
            wallMs: entry.wallMs,
            hostname,
            text,
            reason: undefined,
            from: undefined,
            to: state,
          });
        }
        break;
      case 'note': {
        const { wallMs, hostname, text } = entry;
        events.push({
          wallMs,
          hostname,
          text,
          reason: undefined,
          from: undefined,
          to: undefined,
        });
      }
    }
  }
  return events;
}

/** A work that is only asked for again is no news. */
function ownEvents(entry: DecisionEntry, lastWork: string | undefined): readonly HistoryEvent[] {
  const { wallMs, hostname, reason, from, to, effects } = entry;
  const about = { wallMs, hostname, reason: withPoints(reason, entry), from: from.name, to };
  if (from.name !== to)
    return [{ ...about, text: withTarget(ENTERED[to] ?? `went to ${to}`, entry) }];
  const work = effects.map(({ kind }) => DID[kind]).find((text) => text !== undefined);
  return work === undefined || effects[0]?.kind === lastWork
    ? []
    : [{ ...about, text: withTarget(work, entry) }];
}

/** A move is a matter of points: what took those of this host. */
function withPoints(reason: string, entry: DecisionEntry): string {
  if (!entry.effects.some((effect) => effect.kind === 'migrate-vm')) return reason;
  const taken = deductionsOf(entry).map(({ points, text }) => `${points} as ${text}`);
  return taken.length === 0 ? reason : `${reason}; deducted here: ${taken.join(', ')}`;
}

/** Names the host that it is moved to. */
function withTarget(text: string, { effects }: DecisionEntry): string {
  const move = effects.find((effect) => effect.kind === 'migrate-vm');
  if (move === undefined) return text;
  return text.replace('to another host', `to ${move.to.hostname}`);
}

/** What is new since `before`; nothing for a host that is seen for the first time. */
function peerText(before: PeerChange | undefined, now: PeerChange): string | undefined {
  if (before === undefined) return undefined;
  if (now.freshness === 'gone') return 'had no slot any more that can be believed';
  if (now.stopped && !before.stopped) return 'had its HA daemon stopped';
  const wasAlive = before.freshness === 'fresh';
  const isAlive = now.freshness === 'fresh';
  if (wasAlive && now.freshness === 'stale') {
    const state = IS[now.state as StateName];
    return `stopped reporting${state === undefined ? '' : `; its last report said that it ${state}`}`;
  }
  if (wasAlive && !isAlive) return 'stopped reporting';
  if (!wasAlive && now.freshness === 'dead' && before.freshness !== 'dead') {
    return 'was silent for so long that it counts as dead';
  }
  if (!isAlive) return undefined;
  const parts: string[] = [];
  if (!wasAlive && before.freshness !== 'unproven') parts.push('reported again');
  if (now.state !== before.state) {
    parts.push(ENTERED[now.state as StateName] ?? `went to ${now.state ?? 'no state'}`);
  }
  if (now.score !== before.score) parts.push(`score ${now.score} (${before.score} before)`);
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** What a host in this state does, for a list of hosts. */
export function stateText(state: string | undefined): string {
  return IS[state as StateName] ?? 'does not say what it does';
}
