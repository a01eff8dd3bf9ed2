// The cluster as this host knows it at one moment, put together from its last decision and all slots.

import type { Peer } from '../cluster/peers.js';
import { type EngineStatus, engineStatusOf, runsEngine, waitsForLease } from '../engine-status.js';
import type { Machine } from '../fsm/machine.js';
import { step } from '../fsm/step.js';
import type { DecisionEntry, JournalEntry } from '../journal/entry.js';
import { peerSlotOf } from '../whiteboard/host-record.js';
import type { HostStatus, StatusView } from '../whiteboard/status-view.js';

export interface ExplainInput {
  readonly hostId: number;
  readonly hostname: string;
  /** The last turn of this host's HA daemon: from the daemon itself, else the last one in its journal. */
  readonly now: DecisionEntry | undefined;
  /** Seconds since that turn. */
  readonly ageS: number;
  /** Why the HA daemon of this host did not tell; undefined when it did. */
  readonly daemonFault: string | undefined;
  /** All slots; undefined when they cannot be had. */
  readonly slots: StatusView | undefined;
  /** The journal, oldest first. */
  readonly history: readonly JournalEntry[];
  /** Lines of the journal that could not be read. */
  readonly damagedLines: number;
  /** How many events to tell. */
  readonly last: number;
  /** sanlock's, in seconds. */
  readonly ioTimeoutS: number;
  /** A moment for people, given epoch milliseconds. */
  readonly timeText: (wallMs: number) => string;
}

/**
 * live      its slot changes
 * silent    it does not any more
 * stopped   its HA daemon said good-bye
 * unknown   nobody has watched whether it changes
 * rejected  its slot cannot be believed
 */
export type Presence = 'live' | 'silent' | 'stopped' | 'unknown' | 'rejected';

export interface HostNow {
  readonly hostId: number;
  readonly name: string;
  readonly isSelf: boolean;
  readonly presence: Presence;
  readonly silentS: number | undefined;
  readonly score: number | undefined;
  readonly state: string | undefined;
  readonly engine: EngineStatus | undefined;
  readonly inMaintenance: boolean;
  /** Why its slot is not believed. */
  readonly rejection: string | undefined;
}

export interface Situation {
  readonly input: ExplainInput;
  readonly now: DecisionEntry | undefined;
  /** This host's machine after its last decision. */
  readonly machine: Machine | undefined;
  readonly globalMaintenance: boolean | 'unknown';
  /** By host id. */
  readonly hosts: readonly HostNow[];
  readonly self: HostNow | undefined;
  /** Hosts that say that they run it, and are alive. */
  readonly runners: readonly HostNow[];
  /** Hosts whose start waits for the lease. */
  readonly waiting: readonly HostNow[];
}

export function situationOf(input: ExplainInput): Situation {
  const { now } = input;
  const machine = now === undefined ? undefined : machineAfter(now);
  const peers = machine?.memory.peers ?? new Map<number, Peer>();
  const others =
    input.slots === undefined || isBlind(now)
      ? [...peers.values()].map((peer) => fromPeer(peer))
      : input.slots.hosts.flatMap((status) => fromSlot(status, peers, input));
  const self = selfNow(input);
  const hosts = [...others, ...(self === undefined ? [] : [self])].sort(
    (a, b) => a.hostId - b.hostId,
  );
  const alive = hosts.filter((host) => host.presence === 'live');
  return {
    input,
    now,
    machine,
    globalMaintenance: globalOf(input),
    hosts,
    self,
    runners: alive.filter((host) => host.engine !== undefined && runsEngine(host.engine)),
    waiting: alive.filter((host) => host.engine !== undefined && waitsForLease(host.engine)),
  };
}

/** This host cannot read the slots: what it has of the others is old. */
export function isBlind(now: DecisionEntry | undefined): boolean {
  return now?.seen.slots.kind === 'unknown';
}

/** Decided again, for what the journal does not hold. A line that cannot be is taken as it was before. */
function machineAfter(now: DecisionEntry): Machine {
  try {
    return step(now.from, now.seen, now.config).next;
  } catch {
    return now.from;
  }
}

function globalOf({ now, slots, daemonFault }: ExplainInput): boolean | 'unknown' {
  const fact = now?.seen.globalMaintenance;
  if (daemonFault === undefined && fact?.kind === 'known') return fact.value;
  return slots?.globalMaintenance ?? 'unknown';
}

function selfNow({ now, hostId, hostname, daemonFault }: ExplainInput): HostNow | undefined {
  if (now === undefined) return undefined;
  return {
    hostId,
    name: hostname,
    isSelf: true,
    presence: daemonFault === undefined ? 'live' : 'unknown',
    silentS: undefined,
    score: now.score.total,
    state: now.to,
    engine: engineStatusOf(now.seen.vm, now.seen.health, now.from.memory.wasUp),
    inMaintenance: now.seen.localMaintenance,
    rejection: undefined,
  };
}

function fromPeer(peer: Peer): HostNow {
  return { ...ofSlot(peer.slot), presence: 'unknown', silentS: undefined };
}

function ofSlot(slot: Peer['slot']): Omit<HostNow, 'presence' | 'silentS'> {
  return {
    hostId: slot.hostId,
    name: slot.hostname,
    isSelf: false,
    score: slot.score,
    state: slot.state,
    engine: slot.engine,
    inMaintenance: slot.localMaintenance,
    rejection: undefined,
  };
}

/** Own slot: only while this host's daemon has not told more. */
function fromSlot(
  status: HostStatus,
  peers: ReadonlyMap<number, Peer>,
  { now, hostId, hostname, history }: ExplainInput,
): readonly HostNow[] {
  const id = status.kind === 'host' ? status.record.hostId : status.hostId;
  const isSelf = id === hostId;
  if (isSelf && now !== undefined) return [];
  const peer = peers.get(id);
  if (status.kind === 'rejected') {
    return [
      {
        hostId: id,
        name: isSelf ? hostname : (peer?.slot.hostname ?? nameInJournal(history, id)),
        isSelf,
        presence: 'rejected',
        silentS: undefined,
        score: undefined,
        state: undefined,
        engine: undefined,
        inMaintenance: false,
        rejection: status.detail,
      },
    ];
  }
  const slot = peerSlotOf(status.record);
  const presence = slot.stopped ? 'stopped' : PRESENCE[status.liveness];
  return [{ ...ofSlot(slot), isSelf, presence, silentS: peer?.silentS }];
}

/** What a host was called while its slot could be believed. */
function nameInJournal(history: readonly JournalEntry[], hostId: number): string {
  const changes = history.flatMap((entry) => (entry.kind === 'peers' ? entry.changes : []));
  return changes.findLast((change) => change.hostId === hostId)?.hostname ?? `host ${hostId}`;
}

const PRESENCE = { live: 'live', stale: 'silent', unknown: 'unknown' } as const;

/** Hosts that the engine VM could be moved to, or that may start it in their turn, best first. */
export function candidates(situation: Situation, except: readonly HostNow[]): readonly HostNow[] {
  return startersOf(situation, except).filter((host) => (host.score ?? 0) > 0);
}

/** These, and behind them the hosts of last resort: their score is 0, and they may run it all the same. */
export function startersOf(situation: Situation, except: readonly HostNow[]): readonly HostNow[] {
  return situation.hosts
    .filter((host) => !except.includes(host) && host.presence === 'live' && !host.inMaintenance)
    .filter((host) => !EXCLUDED.has(host.state ?? ''))
    .sort((a, b) => (b.score ?? 0) - (a.score ?? 0) || a.hostId - b.hostId);
}

/** States in which a host never starts it. */
const EXCLUDED: ReadonlySet<string> = new Set([
  'StartState',
  'ReinitializeFSM',
  'LocalMaintenance',
  'LocalMaintenanceMigrateVm',
  'AgentStopped',
]);
