// Reads one host's slot (invariant I8; failure table, row 15).
//
// Rules, in this order:
//   D1. The version comes first and needs only the leading digits: a newer writer may change all else.
//   D2. A line is 512 characters, not bytes: old writers pad that way. It is UTF-8 or it is damaged.
//   D3. With ten tokens or more the CRC covers all of them, known or not; fewer have none.
//   D4. The host id inside must be the slot's own.
//   D5. No slot makes this throw: what is wrong with one is a verdict, for that one alone.

import { crc32Hex } from './crc32.js';
import {
  type HostRecord,
  type HostSlot,
  LINE_SIZE,
  METADATA_VERSION,
  type SlotRejection,
} from './host-record.js';
import { exactInt, parsePythonInt } from './python-text.js';
import { isAllZero, readSlotText } from './slot-text.js';

const TOKENS_MIN = 7;
const CRC_TOKEN = 9;
const CRC_EMPTY = '00000000';

/**
 * Decodes the slot at position `slotId`. A text is read as an integer first, because the broker's
 * protocol names hosts by text.
 */
export function decodeHostSlot(slotId: number | string, bytes: Uint8Array): HostSlot {
  const hostId = typeof slotId === 'number' ? slotId : Number(parsePythonInt(slotId));
  if (!Number.isSafeInteger(hostId))
    return rejected('malformed', `host id '${slotId}' is no integer`);
  if (bytes.length < LINE_SIZE) {
    return rejected('malformed', `${bytes.length} of ${LINE_SIZE} expected bytes`);
  }
  if (isAllZero(bytes)) return { kind: 'empty' };

  const version = leadingDigits(bytes);
  if (version === '') return rejected('malformed', 'no metadata version at the start');
  if (Number(version) > METADATA_VERSION) {
    return rejected('too-new', `metadata version ${version}, highest known ${METADATA_VERSION}`);
  }
  const text = readSlotText(bytes, LINE_SIZE);
  if (typeof text === 'string') return rejected('malformed', text);
  return decodeLine(hostId, text.head, text.rest);
}

function decodeLine(hostId: number, line: string, extra: string): HostSlot {
  const tokens = line.split('|');
  if (tokens.length < TOKENS_MIN) {
    return rejected('malformed', `${tokens.length} of ${TOKENS_MIN} expected tokens`);
  }
  const feature = parsePythonInt(tokens[1] ?? '');
  if (feature === undefined) return rejected('malformed', 'feature version is no integer');
  if (feature < BigInt(METADATA_VERSION)) {
    return rejected('too-old', `feature version ${feature}, lowest known ${METADATA_VERSION}`);
  }
  const crcFault = checkCrc(tokens);
  if (crcFault !== undefined) return rejected('malformed', crcFault);

  const record = readRecord(hostId, tokens, extra);
  if (typeof record === 'string') return rejected('malformed', `${record} is no integer`);
  const writtenId = parsePythonInt(tokens[3] ?? '');
  if (writtenId === undefined) return rejected('malformed', 'host id is no integer');
  if (writtenId !== BigInt(hostId)) {
    return rejected('foreign-id', `slot ${hostId} holds the data of host id ${writtenId}`);
  }
  return { kind: 'host', record };
}

function checkCrc(tokens: readonly string[]): string | undefined {
  const written = tokens[CRC_TOKEN];
  if (written === undefined) return undefined;
  const covered = tokens.with(CRC_TOKEN, CRC_EMPTY).join('|');
  const computed = crc32Hex(covered);
  return written === computed ? undefined : `CRC ${written}, computed ${computed}`;
}

/** The record, or the name of the first token that is no integer. */
function readRecord(hostId: number, tokens: readonly string[], extra: string): HostRecord | string {
  const int = (index: number): bigint | undefined => parsePythonInt(tokens[index] ?? '');
  /** A flag is true when positive; undefined when the line has fewer than `count` tokens. */
  const flag = (index: number, count: number): boolean | undefined | 'bad' => {
    if (tokens.length < count) return undefined;
    const value = int(index);
    return value === undefined ? 'bad' : value > 0n;
  };
  const hostTs = int(2);
  if (hostTs === undefined) return 'timestamp';
  const score = Number(int(4));
  if (!Number.isSafeInteger(score)) return 'score';
  const localMaintenance = flag(7, 8);
  if (localMaintenance === 'bad') return 'local maintenance';
  const stopped = flag(8, 9);
  if (stopped === 'bad') return 'stopped';
  // Both tokens of the configuration arrived in one release: one without the other is ignored.
  const confOnSharedStorage = flag(10, 12);
  if (confOnSharedStorage === 'bad') return 'conf_on_shared_storage';
  const localConfTimestamp = int(11);
  if (localConfTimestamp === undefined && tokens.length >= 12) return 'local_conf_timestamp';
  return {
    hostId,
    hostTs: exactInt(hostTs),
    score,
    engineStatusText: tokens[5] ?? '',
    hostname: tokens[6] ?? '',
    localMaintenance,
    stopped,
    crc32: tokens[CRC_TOKEN],
    confOnSharedStorage,
    localConfTimestamp: localConfTimestamp === undefined ? undefined : exactInt(localConfTimestamp),
    extra: extra === '' ? undefined : extra,
  };
}

function leadingDigits(bytes: Uint8Array): string {
  let digits = '';
  for (const byte of bytes) {
    if (byte < 0x30 || byte > 0x39) break;
    digits += String.fromCharCode(byte);
  }
  return digits;
}

function rejected(reason: SlotRejection, detail: string): HostSlot {
  return { kind: 'rejected', reason, detail };
}
