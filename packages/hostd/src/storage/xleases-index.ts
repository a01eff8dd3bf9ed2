/**
 * The index of dom_md/xleases (vdsm.md C5), at offset 1 MiB: a 512-byte header and 3960 records of
 * 64 bytes. A record's number gives its lease's place; the offset written in it is for people.
 */

export const XLEASES_ALIGNMENT = 1024 * 1024;
export const INDEX_OFFSET = XLEASES_ALIGNMENT;
export const RECORD_COUNT = 3960;
const HEADER_SIZE = 512;
const RECORD_SIZE = 64;
const SECTOR = 512;
export const INDEX_SIZE = HEADER_SIZE + RECORD_COUNT * RECORD_SIZE;

const MAGIC = 0x12152016;
const NAME_LENGTH = 48;
/** Slot 0 is unused, slot 1 the index, slot 2 reserved. */
const SLOT_FIRST = 3;

/** An empty index for `lockspace`. */
export function newXleasesIndex(lockspace: string, mtimeS: number): Buffer {
  const index = Buffer.alloc(INDEX_SIZE);
  index.writeUInt32BE(MAGIC, 0);
  index.write('0001', 5, 'latin1');
  index.write(lockspace, 10, NAME_LENGTH, 'latin1');
  index.write(String(mtimeS).padStart(10, '0').slice(-10), 59, 'latin1');
  index.write('-', 70, 'latin1');
  index.write('\n', HEADER_SIZE - 1, 'latin1');
  for (let number = 0; number < RECORD_COUNT; number++) putRecord(index, number, '', 0);
  return index;
}

/** Whether these bytes begin like an index of ours or VDSM's. */
export function isXleasesIndex(index: Buffer): boolean {
  return index.length === INDEX_SIZE && index.readUInt32BE(0) === MAGIC;
}

/** Where on the file the lease of record `number` lies. */
export function leaseOffset(number: number): number {
  return (SLOT_FIRST + number) * XLEASES_ALIGNMENT;
}

/** The record number of a lease, or of a free record for the empty id; undefined when none. */
export function findRecord(index: Buffer, leaseId: string): number | undefined {
  for (let number = 0; number < RECORD_COUNT; number++) {
    const at = HEADER_SIZE + number * RECORD_SIZE;
    const name = index.toString('latin1', at, at + NAME_LENGTH).replace(/\0+$/, '');
    if (name === leaseId) return number;
  }
  return undefined;
}

/** Writes a record into `index`; gives the one sector to be written to storage. */
export function updateRecord(
  index: Buffer,
  number: number,
  leaseId: string,
): { readonly offset: number; readonly bytes: Buffer } {
  putRecord(index, number, leaseId, leaseId === '' ? 0 : leaseOffset(number));
  const at = HEADER_SIZE + number * RECORD_SIZE;
  const sector = at - (at % SECTOR);
  return { offset: INDEX_OFFSET + sector, bytes: index.subarray(sector, sector + SECTOR) };
}

function putRecord(index: Buffer, number: number, leaseId: string, offset: number): void {
  const at = HEADER_SIZE + number * RECORD_SIZE;
  index.fill(0, at, at + RECORD_SIZE);
  index.write(leaseId, at, NAME_LENGTH, 'latin1');
  index.write(String(offset).padStart(11, '0'), at + 49, 'latin1');
  index.write('-', at + 61, 'latin1');
  index.write('-', at + 62, 'latin1');
  index.write('\n', at + 63, 'latin1');
}
