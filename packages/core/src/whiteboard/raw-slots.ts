import { decodeHostSlot } from './decode-host-slot.js';
import { decodeGlobalSlot } from './global-slot.js';
import { type HostSlot, SLOT_BYTES } from './host-record.js';
import { type StatusInput, type StatusView, statusView } from './status-view.js';

/** Slots by host id as they lie on the storage, 0 for the global one: what `--vm-status` and `--explain` look at. */
export function statusOfRawSlots(
  raw: ReadonlyMap<number, Uint8Array>,
  liveHostIds: StatusInput['liveHostIds'],
): StatusView {
  const slots = new Map<number, HostSlot>();
  for (const [id, bytes] of raw) {
    if (id !== 0) slots.set(id, decodeHostSlot(id, whole(bytes)));
  }
  return statusView({ global: decodeGlobalSlot(whole(raw.get(0))), slots, liveHostIds });
}

/** A slot behind the end of the data, or cut off by it, reads as zeros there. */
function whole(bytes: Uint8Array = new Uint8Array()): Uint8Array {
  if (bytes.length === SLOT_BYTES) return bytes;
  const slot = new Uint8Array(SLOT_BYTES);
  slot.set(bytes.subarray(0, SLOT_BYTES));
  return slot;
}
