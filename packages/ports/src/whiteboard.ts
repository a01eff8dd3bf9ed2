/**
 * The raw slots of hosted-engine.metadata on shared storage.
 *
 * Contract, checked for every adapter by `contract/whiteboard.contract.ts`:
 *   W1. A slot is read and written whole: 4096 bytes, past the page cache.
 *   W2. Failure and time-out reject (HE_STORAGE_UNREACHABLE, HE_STORAGE_TIMEOUT): they never read as zeros.
 *   W3. At most one operation is outstanding per file; a call behind a hung one rejects with
 *       HE_STORAGE_TIMEOUT by its own deadline instead of queueing a second one (house.md 6).
 *   W4. A slot past the end of the file reads as zeros: no such host.
 */
export interface Whiteboard {
  /** Reads the slots with these host ids (0 = global), in one pass. */
  readSlots(ids: readonly number[]): Promise<ReadonlyMap<number, Uint8Array>>;
  /** Reads every slot and returns those that are not all zeros. */
  readAll(): Promise<ReadonlyMap<number, Uint8Array>>;
  /** Writes one slot. The caller owns the id (I8); `bytes` is exactly 4096 long. */
  writeSlot(id: number, bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export const SLOT_SIZE = 4096;
/** Host ids go up to sanlock's limit for 512-byte sectors. */
export const HOST_ID_MAX = 2000;
