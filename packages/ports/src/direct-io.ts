/**
 * Reads and writes that pass the page cache (O_DIRECT | O_SYNC). At most one operation is
 * outstanding per open file: one that does not end in time rejects with HE_STORAGE_TIMEOUT, and so
 * does each later one until the hung one has ended.
 */
export interface DirectIo {
  /**
   * Opens an existing file or device. `notSupported` in the details of HE_STORAGE_INVALID tells a
   * file system without O_DIRECT.
   */
  open(path: string, mode: 'read' | 'read-write', deadlineMs: number): Promise<DirectFile>;
}

export interface DirectFile {
  /**
   * Up to `size` bytes from `offset` (both multiples of 512); short only at the end of the file.
   * HE_STORAGE_UNREACHABLE with `errno` in the details when the storage reports an error.
   */
  read(offset: number, size: number, deadlineMs: number): Promise<Uint8Array>;
  /** All of `bytes` (offset and length multiples of 512), on storage when it resolves. */
  write(offset: number, bytes: Uint8Array, deadlineMs: number): Promise<void>;
  /** Gives the descriptor back, in the background if an operation hangs. Never rejects. */
  close(): Promise<void>;
}
