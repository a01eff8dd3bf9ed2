import type { PeerSlot } from '../cluster/peers.js';
import type { ExactInt, JsonValue } from './python-text.js';
import { parseEngineStatus } from './status-token.js';

/** Bytes (and, to old readers, characters) of the line that carries the decision data. */
export const LINE_SIZE = 512;
/** Bytes of a whole slot. */
export const SLOT_BYTES = 4096;
/** Both versions that we write, and the newest parse version that we read. */
export const METADATA_VERSION = 1;

/** What one host says of itself. Fields that old writers did not have are undefined. */
export interface HostRecord {
  /** Equal to the slot's position (I8). */
  readonly hostId: number;
  /** The writer's monotonic seconds. Only a change of it means anything to another host. */
  readonly hostTs: ExactInt;
  readonly score: number;
  /** The token as written. */
  readonly engineStatusText: string;
  readonly hostname: string;
  readonly localMaintenance: boolean | undefined;
  /** The agent said good-bye: silence that follows is no failure. */
  readonly stopped: boolean | undefined;
  readonly crc32: string | undefined;
  readonly confOnSharedStorage: boolean | undefined;
  /** Monotonic seconds of the writer's last good vm.conf refresh. */
  readonly localConfTimestamp: ExactInt | undefined;
  /** The human-readable `key=value` lines behind the data. */
  readonly extra: string | undefined;
}

export type SlotRejection = 'malformed' | 'too-new' | 'too-old' | 'foreign-id';

export type HostSlot =
  | { readonly kind: 'empty' }
  | { readonly kind: 'host'; readonly record: HostRecord }
  | { readonly kind: 'rejected'; readonly reason: SlotRejection; readonly detail: string };

/** What the decisions need of a record. A flag that an old writer did not have is off. */
export function peerSlotOf(record: HostRecord): PeerSlot {
  return {
    hostId: record.hostId,
    timestamp: String(record.hostTs),
    score: record.score,
    engine: parseEngineStatus(record.engineStatusText),
    hostname: record.hostname,
    localMaintenance: record.localMaintenance === true,
    stopped: record.stopped === true,
    state: /^state=(.+)$/m.exec(record.extra ?? '')?.[1],
  };
}

/**
 * The record under the key names that tools know; what the writer did not give is left out.
 * Integers beyond 2^53 are bigints here: write it with `pythonJson`, which knows them.
 */
export function hostRecordFields(record: HostRecord): Readonly<Record<string, JsonValue>> {
  const fields: Record<string, JsonValue> = {
    'host-id': record.hostId,
    'host-ts': wholeNumber(record.hostTs),
    score: record.score,
    'engine-status': record.engineStatusText,
    hostname: record.hostname,
  };
  const optional: readonly [string, JsonValue | undefined][] = [
    ['maintenance', record.localMaintenance],
    ['stopped', record.stopped],
    ['crc32', record.crc32],
    ['conf_on_shared_storage', record.confOnSharedStorage],
    [
      'local_conf_timestamp',
      record.localConfTimestamp === undefined ? undefined : wholeNumber(record.localConfTimestamp),
    ],
    ['extra', record.extra],
  ];
  for (const [key, value] of optional) {
    if (value !== undefined) fields[key] = value;
  }
  return fields;
}

function wholeNumber(value: ExactInt): number | bigint {
  return typeof value === 'string' ? BigInt(value) : value;
}
