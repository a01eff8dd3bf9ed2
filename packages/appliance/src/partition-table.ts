// The master boot record of the image: boot code and three partitions. Pure arithmetic.

export const SECTOR_SIZE = 512;
/** All partitions start on whole mebibytes, as every tool and storage array likes it. */
export const ALIGNMENT = 1024 * 1024;

/** FAT16 with LBA: what syslinux boots from. */
export const TYPE_FAT16_LBA = 0x0e;
export const TYPE_LINUX = 0x83;

/** A partition to be placed; `size` is in bytes, a multiple of the alignment. */
export interface PartitionRequest {
  readonly type: number;
  readonly active: boolean;
  readonly size: number;
}

/** `offset` and `size` in bytes from the start of the disk. */
export interface Partition extends PartitionRequest {
  readonly offset: number;
}

/** Places partitions one after the other, the first one after a gap of one alignment unit. */
export function placePartitions(requests: readonly PartitionRequest[]): Partition[] {
  let offset = ALIGNMENT;
  return requests.map((request) => {
    if (request.size <= 0 || request.size % ALIGNMENT !== 0) {
      throw new RangeError(`partition size ${request.size} is not a multiple of ${ALIGNMENT}`);
    }
    const partition = { ...request, offset };
    offset += request.size;
    return partition;
  });
}

/** Size of the whole disk, in bytes. */
export function diskSize(partitions: readonly Partition[]): number {
  return partitions.reduce((end, partition) => Math.max(end, partition.offset + partition.size), 0);
}

/** The first sector: `bootCode` (at most 440 bytes), disk signature, table, mark. */
export function masterBootRecord(
  bootCode: Uint8Array,
  signature: number,
  partitions: readonly Partition[],
): Uint8Array {
  if (bootCode.length > 440) throw new RangeError('boot code is longer than 440 bytes');
  if (partitions.length > 4) throw new RangeError('more than four primary partitions');
  const sector = Buffer.alloc(SECTOR_SIZE);
  sector.set(bootCode, 0);
  sector.writeUInt32LE(signature >>> 0, 440);
  partitions.forEach((partition, index) => {
    const at = 446 + index * 16;
    sector.writeUInt8(partition.active ? 0x80 : 0, at);
    // Cylinder, head and sector say "beyond", so that only the LBA fields below count.
    sector.set([0xfe, 0xff, 0xff], at + 1);
    sector.writeUInt8(partition.type, at + 4);
    sector.set([0xfe, 0xff, 0xff], at + 5);
    sector.writeUInt32LE(partition.offset / SECTOR_SIZE, at + 8);
    sector.writeUInt32LE(partition.size / SECTOR_SIZE, at + 12);
  });
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}
