import {
  decodeGlobalSlot,
  decodeHostSlot,
  type HostSlot,
  renderStatusText,
  type StatusView,
  statusJson,
  statusView,
} from '@hosted-engine/core/whiteboard';
import { SLOT_SIZE } from '@hosted-engine/ports/whiteboard';

/** Raw slots, decoded: what `--vm-status` and `--explain` look at. */
export function viewOf(
  raw: ReadonlyMap<number, Uint8Array>,
  liveHostIds: ReadonlySet<number> | 'unknown',
): StatusView {
  const slots = new Map<number, HostSlot>();
  for (const [id, bytes] of raw) {
    if (id !== 0) slots.set(id, decodeHostSlot(id, whole(bytes)));
  }
  return statusView({ global: decodeGlobalSlot(whole(raw.get(0))), slots, liveHostIds });
}

/** What `--vm-status` prints. */
export function statusText(view: StatusView, isJson: boolean): string {
  return isJson ? `${statusJson(view)}\n` : renderStatusText(view);
}

/** A slot behind the end of the data, or cut off by it, reads as zeros there. */
function whole(bytes: Uint8Array = new Uint8Array()): Uint8Array {
  const slot = new Uint8Array(SLOT_SIZE);
  slot.set(bytes.subarray(0, SLOT_SIZE));
  return slot;
}
