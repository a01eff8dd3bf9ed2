// Writes one host's slot, byte for byte as the original agent does, so that both can share a cluster.
//
//   E1. Only ASCII leaves here. The original slices the whole region by characters, so one
//       multi-byte name would shift every slot behind it.
//   E2. What does not fit is refused, never cut: a cut line would fail its CRC at every reader.

import type { EngineStatus } from '../engine-status.js';
import { crc32Hex } from './crc32.js';
import { LINE_SIZE, METADATA_VERSION, SLOT_BYTES } from './host-record.js';
import { ctimeUtc, pythonBool } from './python-text.js';
import { formatEngineStatus } from './status-token.js';

/** All times are seconds; fractions are dropped. `…Wall…` are epoch seconds, shown as dates only. */
export interface HostSlotInput {
  readonly hostId: number;
  /** Monotonic seconds when the data was collected. */
  readonly timestampS: number;
  readonly timestampWallS: number;
  readonly score: number;
  /** Undefined until the monitor has answered once. */
  readonly engineStatus: EngineStatus | undefined;
  readonly hostname: string;
  readonly localMaintenance: boolean;
  readonly stopped: boolean;
  readonly confOnSharedStorage: boolean;
  /** Monotonic seconds of the last good vm.conf refresh; 0 for never. */
  readonly vmConfRefreshS: number;
  readonly vmConfRefreshWallS: number;
  /** Name of the state machine's state. */
  readonly state: string;
  /**
   * When the running timer ends. The original hands in monotonic seconds here and so prints a
   * date of 1970; we hand in wall time.
   */
  readonly timeoutWallS?: number;
}

/** The data does not fit the slot (512 bytes for the line, 4096 for all). */
export class SlotTooLongError extends Error {
  constructor(what: string, length: number, max: number) {
    super(`host metadata too long: ${what} has ${length} bytes, at most ${max} fit`);
    this.name = 'SlotTooLongError';
  }
}

const ENCODER = new TextEncoder();

/** Throws SlotTooLongError when host name or status are too long for the line. */
export function encodeHostSlot(input: HostSlotInput): Uint8Array {
  const line = formatLine(input);
  if (line.length > LINE_SIZE) throw new SlotTooLongError('the line', line.length, LINE_SIZE);
  const extra = formatExtra(input);
  const length = LINE_SIZE + extra.length;
  if (length > SLOT_BYTES) throw new SlotTooLongError('the slot', length, SLOT_BYTES);

  const slot = new Uint8Array(SLOT_BYTES);
  ENCODER.encodeInto(line, slot);
  ENCODER.encodeInto(extra, slot.subarray(LINE_SIZE));
  return slot;
}

function formatLine(input: HostSlotInput): string {
  const front = [
    METADATA_VERSION,
    METADATA_VERSION,
    Math.trunc(input.timestampS),
    input.hostId,
    Math.trunc(input.score),
    formatEngineStatus(input.engineStatus),
    printable(input.hostname),
    Number(input.localMaintenance),
    Number(input.stopped),
  ].join('|');
  const back = `${Number(input.confOnSharedStorage)}|${Math.trunc(input.vmConfRefreshS)}`;
  const crc = crc32Hex(`${front}|00000000|${back}`);
  return `${front}|${crc}|${back}`;
}

function formatExtra(input: HostSlotInput): string {
  const lines = [
    `metadata_parse_version=${METADATA_VERSION}`,
    `metadata_feature_version=${METADATA_VERSION}`,
    `timestamp=${withDate(input.timestampS, input.timestampWallS)}`,
    `host-id=${input.hostId}`,
    `score=${Math.trunc(input.score)}`,
    `vm_conf_refresh_time=${withDate(input.vmConfRefreshS, input.vmConfRefreshWallS)}`,
    `conf_on_shared_storage=${pythonBool(input.confOnSharedStorage)}`,
    // The state's own, in the order of their names.
    `maintenance=${pythonBool(input.localMaintenance)}`,
    `state=${printable(input.state)}`,
    `stopped=${pythonBool(input.stopped)}`,
  ];
  if (input.timeoutWallS !== undefined) lines.push(`timeout=${ctimeUtc(input.timeoutWallS)}`);
  return `${lines.join('\n')}\n`;
}

function withDate(seconds: number, wallS: number): string {
  return `${Math.trunc(seconds)} (${ctimeUtc(wallS)})`;
}

/** E1, and no token separator: a name is for people, the host id identifies. */
function printable(name: string): string {
  return name.replace(/[^ -~]|\|/gu, '?');
}
