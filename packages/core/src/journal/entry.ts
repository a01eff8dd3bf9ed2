// The decision journal's lines (house.md 3): what was seen and what was decided of it, so that it can be
// explained, and decided again on any machine.
//
//   K1. Each line stands alone: it holds all that `step` was given. A lost line costs no other one.
//   K2. What JSON cannot hold (Maps, numbers that are not finite) comes back as it was.
//   K3. The format has a version; a line of another one is refused by name, never guessed at.

import type { Freshness } from '../cluster/peers.js';
import type { Effect, Machine, StateName } from '../fsm/machine.js';
import type { Observation } from '../fsm/observation.js';
import type { CoreConfig } from '../fsm/step.js';
import type { Score } from '../score/score.js';

export const JOURNAL_VERSION = 2;

export type JournalEntry = DecisionEntry | PeersEntry | NoteEntry;

/** One turn of the loop: the whole input of `step`, and its outcome. */
export interface DecisionEntry {
  readonly kind: 'decision';
  /** Epoch milliseconds, for people; all other times are this host's monotonic seconds. */
  readonly wallMs: number;
  readonly hostname: string;
  readonly from: Machine;
  readonly seen: Observation;
  readonly config: CoreConfig;
  readonly to: StateName;
  readonly deadlineS: number | undefined;
  readonly effects: readonly Effect[];
  readonly reason: string;
  readonly score: Score;
}

/** What changed at the other hosts, as far as their slots tell. */
export interface PeersEntry {
  readonly kind: 'peers';
  readonly wallMs: number;
  readonly hostId: number;
  readonly hostname: string;
  readonly changes: readonly PeerChange[];
}

export interface PeerChange {
  readonly hostId: number;
  readonly hostname: string;
  /** `gone`: it has no believable slot any more. */
  readonly freshness: Freshness | 'gone';
  readonly state: string | undefined;
  readonly vm: string;
  readonly detail: string;
  readonly score: number;
  readonly localMaintenance: boolean;
  readonly stopped: boolean;
}

/** Something that no step decided: the daemon's end, an alert. `text` follows the host's name. */
export interface NoteEntry {
  readonly kind: 'note';
  readonly wallMs: number;
  readonly hostId: number;
  readonly hostname: string;
  readonly text: string;
}

/** One line, without its newline. */
export function formatEntry(entry: JournalEntry): string {
  return JSON.stringify({ v: JOURNAL_VERSION, ...entry }, encode);
}

export type ParsedLine =
  | { readonly kind: 'entry'; readonly entry: JournalEntry }
  | { readonly kind: 'fault'; readonly what: string };

/** Never throws: a line that is cut off, damaged, or of another version is a fault that says so. */
export function parseEntry(line: string): ParsedLine {
  let value: unknown;
  try {
    value = JSON.parse(line, decode);
  } catch {
    return fault(
      line.trimEnd().endsWith('}') ? 'is damaged: no JSON object' : 'is cut off: it has no end',
    );
  }
  if (!isObject(value)) return fault('is damaged: no JSON object');
  const version = value['v'];
  if (version === undefined) return fault('has no format version (`v`): it cannot be read');
  if (version !== JOURNAL_VERSION) {
    return fault(`has format version ${String(version)}; this program reads ${JOURNAL_VERSION}`);
  }
  const missing = missingIn(value);
  if (missing !== undefined) return fault(`is damaged: ${missing} is missing or of a wrong kind`);
  const { v: _version, ...entry } = value;
  // Its shape was checked as far as `step` and the renderers rely on it.
  return { kind: 'entry', entry: entry as unknown as JournalEntry };
}

function fault(what: string): ParsedLine {
  return { kind: 'fault', what };
}

function encode(_key: string, value: unknown): unknown {
  if (value instanceof Map) return { map: [...value] };
  if (typeof value === 'number' && !Number.isFinite(value)) return { number: String(value) };
  return value;
}

function decode(_key: string, value: unknown): unknown {
  if (!isObject(value)) return value;
  const keys = Object.keys(value);
  if (keys.length !== 1) return value;
  const { map, number } = value;
  if (Array.isArray(map) && map.every((pair) => Array.isArray(pair) && pair.length === 2)) {
    return new Map(map as [unknown, unknown][]);
  }
  return typeof number === 'string' ? Number(number) : value;
}

type Fields = { readonly [key: string]: unknown };

function isObject(value: unknown): value is Fields {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Map)
  );
}

type Check = (value: unknown) => boolean;

const isNumber: Check = (value) => typeof value === 'number';
const isText: Check = (value) => typeof value === 'string';
const isList: Check = (value) => Array.isArray(value);
const isFact: Check = (value) => {
  return isObject(value) && (value['kind'] === 'known' || value['kind'] === 'unknown');
};

/** What must be there, by kind; a dot goes one object down. */
const REQUIRED: Readonly<Record<JournalEntry['kind'], Readonly<Record<string, Check>>>> = {
  decision: {
    wallMs: isNumber,
    hostname: isText,
    to: isText,
    reason: isText,
    effects: isList,
    'from.name': isText,
    'from.sinceS': isNumber,
    'from.memory.startedS': isNumber,
    'from.memory.peers': (value) => value instanceof Map,
    'from.memory.failedStartsS': isList,
    'from.memory.crashesS': isList,
    'from.memory.failedMovesS': isList,
    'seen.nowS': isNumber,
    'seen.hostId': isNumber,
    'seen.vm': isFact,
    'seen.health': isFact,
    'seen.storage': isFact,
    'seen.slots': isFact,
    'seen.lease': isFact,
    'seen.globalMaintenance': isFact,
    'seen.networkShare': isFact,
    'seen.bridgeUp': isFact,
    'seen.memoryFreeMiB': isFact,
    'seen.cpuLoad': isFact,
    'seen.cpuCores': isFact,
    'seen.configUpToDate': isFact,
    'config.timing': isObject,
    'config.weights': isObject,
    'score.total': isNumber,
    'score.penalties': isList,
  },
  peers: { wallMs: isNumber, hostId: isNumber, hostname: isText, changes: isList },
  note: { wallMs: isNumber, hostId: isNumber, hostname: isText, text: isText },
};

/** The first required field that is not as it must be. */
function missingIn(value: Fields): string | undefined {
  const kind = value['kind'];
  if (kind !== 'decision' && kind !== 'peers' && kind !== 'note') return 'kind';
  return Object.entries(REQUIRED[kind]).find(([path, check]) => !check(at(value, path)))?.[0];
}

function at(value: Fields, path: string): unknown {
  let found: unknown = value;
  for (const key of path.split('.')) found = isObject(found) ? found[key] : undefined;
  return found;
}
