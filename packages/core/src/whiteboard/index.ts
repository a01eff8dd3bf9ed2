export { crc32Hex } from './crc32.js';
export { decodeHostSlot } from './decode-host-slot.js';
export { encodeHostSlot, type HostSlotInput, SlotTooLongError } from './encode-host-slot.js';
export { decodeGlobalSlot, encodeGlobalSlot, type GlobalSlot } from './global-slot.js';
export {
  type HostRecord,
  type HostSlot,
  hostRecordFields,
  LINE_SIZE,
  peerSlotOf,
  SLOT_BYTES,
  type SlotRejection,
} from './host-record.js';
export { ctimeUtc, type ExactInt, type JsonValue, pythonJson } from './python-text.js';
export { statusOfRawSlots } from './raw-slots.js';
export { renderStatus, renderStatusText, statusJson } from './render-status.js';
export { STATUS_TITLES, statusHeadline, statusLine, tableOf } from './status-table.js';
export {
  boundedEngineStatus,
  engineStatusRank,
  formatEngineStatus,
  parseEngineStatus,
} from './status-token.js';
export {
  type HostStatus,
  type Liveness,
  type StatusInput,
  type StatusView,
  statusView,
} from './status-view.js';
