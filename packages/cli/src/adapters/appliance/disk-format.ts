// What a disk image is, from its first bytes: no program is asked to open what nobody has checked yet.

import { constants, gunzipSync } from 'node:zlib';

export interface DiskHead {
  readonly format: 'raw' | 'qcow2' | 'vmdk';
  /** Bytes; undefined for a raw image, whose size is its file's. */
  readonly virtualSize: number | undefined;
  /** It is nothing without another image. */
  readonly hasBackingFile: boolean;
}

/** Enough of an image for `diskHead`. */
export const HEAD_SIZE = 4096;

const SECTOR = 512;

export function diskHead(bytes: Buffer, isGzip: boolean): DiskHead {
  const head = isGzip ? unzipHead(bytes) : bytes;
  const magic = head.subarray(0, 4).toString('latin1');
  if (magic === 'QFI\xfb' && head.length >= 32) {
    return {
      format: 'qcow2',
      virtualSize: Number(head.readBigUInt64BE(24)),
      hasBackingFile: head.readBigUInt64BE(8) !== 0n,
    };
  }
  if (magic === 'KDMV' && head.length >= 20) {
    const virtualSize = Number(head.readBigUInt64LE(12)) * SECTOR;
    return { format: 'vmdk', virtualSize, hasBackingFile: false };
  }
  return { format: 'raw', virtualSize: undefined, hasBackingFile: false };
}

/** As much as the first bytes of the compressed stream give. */
function unzipHead(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    // Reading the whole of it will say what is wrong.
    return Buffer.alloc(0);
  }
}
