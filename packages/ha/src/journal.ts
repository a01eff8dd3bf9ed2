// What is worth a line, in the decision journal and in the log (I9).

import {
  type CoreConfig,
  type DecisionEntry,
  type Effect,
  type JournalEntry,
  type Machine,
  type Observation,
  type Peer,
  type PeerChange,
  type Peers,
  runsEngine,
  type Step,
} from '@hosted-engine/core';
import type { Clock, Log } from '@hosted-engine/ports';

/** Where decisions are kept. Append must not wait for the disk, nor fail the loop. */
export interface Journal {
  append(entry: JournalEntry): void;
  close(): Promise<void>;
}

/** One turn of the loop. */
export interface TurnRecord {
  readonly before: Machine;
  readonly seen: Observation;
  readonly result: Step;
}

export interface RecorderOptions {
  readonly journal: Journal;
  readonly hostId: number;
  readonly hostname: string;
  readonly core: CoreConfig;
  readonly clock: Clock;
  readonly log: Log;
}

/** Writes the lines that tell why this host did what it did, and what it saw the others do. */
export interface Recorder {
  turn(record: TurnRecord): void;
  /** Something that no step decided. */
  note(text: string): void;
  /** The last turn, whether it was worth a line or not. */
  last(): DecisionEntry | undefined;
}

/** A peer's score drifts with its load: a change smaller than this is no news. */
const SCORE_NEWS = 300;

export function createRecorder(options: RecorderOptions): Recorder {
  const { journal, clock, log, hostId, hostname } = options;
  let told = { text: '', reason: '', effects: '' };
  let newest: { readonly record: TurnRecord; readonly wallMs: number } | undefined;
  let peersTold: ReadonlyMap<number, PeerChange> = new Map();
  let peersSeen: Peers = new Map();

  function entryOf({ before, seen, result }: TurnRecord, wallMs: number): DecisionEntry {
    return {
      kind: 'decision',
      wallMs,
      hostname,
      from: before,
      seen,
      config: options.core,
      to: result.next.name,
      deadlineS: result.next.deadlineS,
      effects: result.effects,
      reason: result.reason,
      score: result.score,
    };
  }

  /** A new state, other effects, or another reason than a moment ago. */
  function isNoteworthy({ before, result }: TurnRecord): boolean {
    const text = result.reason;
    const reason = text === told.text ? told.reason : withoutNumbers(text);
    const now = { text, reason, effects: textOf(result.effects) };
    const isNews =
      before.name !== result.next.name ||
      now.effects !== told.effects ||
      now.reason !== told.reason;
    told = now;
    return isNews;
  }

  function logTurn({ before, result }: TurnRecord): void {
    const { name } = result.next;
    const state = before.name === name ? name : `${before.name} -> ${name}`;
    const effects = textOf(result.effects);
    log.info(`${state}: ${result.reason}${effects === '' ? '' : ` [${effects}]`}`);
  }

  function tellPeers(peers: Peers, wallMs: number): void {
    // The same Map until the slots are read again.
    if (peers === peersSeen) return;
    peersSeen = peers;
    const now = new Map([...peers].map(([id, peer]) => [id, changeOf(peer)]));
    const changes = [...now.values()].filter((change) =>
      isNews(peersTold.get(change.hostId), change),
    );
    const gone = [...peersTold.values()]
      .filter((change) => !now.has(change.hostId))
      .map((change) => ({ ...change, freshness: 'gone' as const }));
    // What was not told yet is still compared with what was.
    peersTold = new Map(
      [...now].map(([id, change]) => [
        id,
        changes.includes(change) ? change : (peersTold.get(id) ?? change),
      ]),
    );
    if (changes.length + gone.length === 0) return;
    journal.append({ kind: 'peers', wallMs, hostId, hostname, changes: [...changes, ...gone] });
  }

  return {
    turn(record) {
      const wallMs = clock.wallMs();
      newest = { record, wallMs };
      tellPeers(record.result.next.memory.peers, wallMs);
      if (!isNoteworthy(record)) return;
      journal.append(entryOf(record, wallMs));
      logTurn(record);
    },
    note: (text) =>
      journal.append({ kind: 'note', wallMs: clock.wallMs(), hostId, hostname, text }),
    last: () => (newest === undefined ? undefined : entryOf(newest.record, newest.wallMs)),
  };
}

/** Countdowns in a reason change every second; the words around them do not. */
function withoutNumbers(text: string): string {
  return text.replaceAll(/\d+/g, '#');
}

function textOf(effects: readonly Effect[]): string {
  return effects.map((effect) => effect.kind).join(', ');
}

function changeOf({ slot, freshness }: Peer): PeerChange {
  return {
    hostId: slot.hostId,
    hostname: slot.hostname,
    freshness,
    state: slot.state,
    vm: slot.engine.vm,
    detail: slot.engine.detail,
    score: slot.score,
    localMaintenance: slot.localMaintenance,
    stopped: slot.stopped,
  };
}

function isNews(before: PeerChange | undefined, now: PeerChange): boolean {
  if (before === undefined) return true;
  return (
    before.freshness !== now.freshness ||
    before.state !== now.state ||
    runs(before) !== runs(now) ||
    before.localMaintenance !== now.localMaintenance ||
    before.stopped !== now.stopped ||
    (before.score === 0) !== (now.score === 0) ||
    Math.abs(before.score - now.score) >= SCORE_NEWS
  );
}

function runs({ vm, detail }: PeerChange): boolean {
  return vm === 'up' && runsEngine({ vm, health: 'unknown', detail });
}
