import { SLOT_BYTES } from './host-record.js';
import { readSlotText } from './slot-text.js';

/** Slot 0: what holds for the whole cluster. */
export type GlobalSlot =
  | {
      readonly kind: 'global';
      /** Undefined when nobody has ever set the flag, which means that it is off. */
      readonly maintenance: boolean | undefined;
    }
  /** The flag could not be read: it may be on (I5, I6). */
  | { readonly kind: 'rejected'; readonly reason: 'malformed'; readonly detail: string };

/** Reads slot 0. Keys that we do not know are left to whoever does; the last of a key counts. */
export function decodeGlobalSlot(bytes: Uint8Array): GlobalSlot {
  const text = readSlotText(bytes, SLOT_BYTES);
  if (typeof text === 'string') return rejected(text);

  let maintenance: boolean | undefined;
  for (const line of text.head.split('\n')) {
    if (line === '') continue;
    const [key, value, ...more] = line.split('=');
    if (value === undefined || more.length > 0) return rejected(`'${line}' is not key=value`);
    if (key !== 'maintenance') continue;
    maintenance = readFlag(value);
    if (maintenance === undefined) return rejected(`'${value}' is neither true nor false`);
  }
  return { kind: 'global', maintenance };
}

/** The first letter decides, in either case: t, y, 1 against f, n, 0. */
function readFlag(value: string): boolean | undefined {
  const first = value.slice(0, 1).toLowerCase();
  if (first !== '' && 'ty1'.includes(first)) return true;
  if (first !== '' && 'fn0'.includes(first)) return false;
  return undefined;
}

export function encodeGlobalSlot(flags: { readonly maintenance: boolean }): Uint8Array {
  const slot = new Uint8Array(SLOT_BYTES);
  slot.set(new TextEncoder().encode(`maintenance=${Number(flags.maintenance)}`));
  return slot;
}

function rejected(detail: string): GlobalSlot {
  return { kind: 'rejected', reason: 'malformed', detail };
}
