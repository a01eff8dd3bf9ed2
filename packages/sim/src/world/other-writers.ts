// Slots as other versions of the agent write them, so that a cluster in the middle of an upgrade can be simulated.

import { crc32Hex, LINE_SIZE, SLOT_BYTES } from '@hosted-engine/core';

/** `python` publishes each 10 s; `python-1.2` also lacks the CRC; `next` adds tokens that we do not know. */
export const SLOT_VERSIONS = ['ours', 'python', 'python-1.2', 'next'] as const;

const PYTHON_EVERY = 5;

/** Undefined when that writer would not have published yet. `count` numbers the writes of our own. */
export function asWrittenBy(
  version: string,
  bytes: Uint8Array,
  count: number,
): Uint8Array | undefined {
  const isPython = version.startsWith('python');
  if (isPython && count % PYTHON_EVERY !== 0) return undefined;
  const text = new TextDecoder().decode(bytes);
  const line = text.slice(0, LINE_SIZE).replace(/\0+$/, '');
  const rest = text.slice(LINE_SIZE).replace(/\0+$/, '');
  const tokens = line.split('|');
  switch (version) {
    case 'python-1.2':
      return slotOf(tokens.slice(0, 9).join('|'), rest);
    case 'next': {
      const more = [...tokens, '7', 'unheard-of'].with(9, '00000000').join('|');
      const crc = crc32Hex(more);
      return slotOf(more.split('|').with(9, crc).join('|'), rest);
    }
    default:
      return bytes;
  }
}

function slotOf(line: string, rest: string): Uint8Array {
  const slot = new Uint8Array(SLOT_BYTES);
  slot.set(new TextEncoder().encode(line));
  slot.set(new TextEncoder().encode(rest), LINE_SIZE);
  return slot;
}
