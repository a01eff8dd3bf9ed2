// The ustar archive format, as much of it as the configuration volume and OVF stores need.
//
// Ours and not tar-stream's, because the volume is a fixed 20480 bytes that are compared with what
// is on storage: owner, date, order and padding must be ours to the byte, and a codec over bytes
// needs no streams, so that it stays synchronous and pure.

import {
  readName,
  readOctal,
  TAR_BLOCK_SIZE,
  TAR_NAME_SIZE_MAX,
  tarChecksum,
} from './tar-block.js';

export interface TarMember {
  readonly name: string;
  readonly content: Uint8Array;
}

/** Owner vdsm:kvm, mode 0644, date 0: equal contents make equal archives. */
const OWNER = { uid: 36, gid: 36, user: 'vdsm', group: 'kvm', mode: 0o644 } as const;

/** Members, and the two empty blocks that end an archive. Throws RangeError for a long name. */
export function encodeTar(members: readonly TarMember[]): Uint8Array {
  const sizes = members.map(({ content }) => TAR_BLOCK_SIZE + paddedSize(content.length));
  const archive = new Uint8Array(sizes.reduce((sum, size) => sum + size, 2 * TAR_BLOCK_SIZE));
  let offset = 0;
  members.forEach(({ name, content }, index) => {
    archive.set(header(name, content.length), offset);
    archive.set(content, offset + TAR_BLOCK_SIZE);
    offset += sizes[index] ?? 0;
  });
  return archive;
}

function paddedSize(size: number): number {
  return Math.ceil(size / TAR_BLOCK_SIZE) * TAR_BLOCK_SIZE;
}

function header(name: string, size: number): Uint8Array {
  const block = new Uint8Array(TAR_BLOCK_SIZE);
  const put = (offset: number, text: string): void => {
    block.set(new TextEncoder().encode(text), offset);
  };
  const octal = (offset: number, digits: number, value: number): void => {
    put(offset, `${value.toString(8).padStart(digits, '0')}\0`);
  };
  if (new TextEncoder().encode(name).length > TAR_NAME_SIZE_MAX) {
    throw new RangeError(`archive member name is longer than ${TAR_NAME_SIZE_MAX} bytes`);
  }
  put(0, name);
  octal(100, 7, OWNER.mode);
  octal(108, 7, OWNER.uid);
  octal(116, 7, OWNER.gid);
  octal(124, 11, size);
  octal(136, 11, 0);
  put(156, '0');
  put(257, 'ustar\x0000');
  put(265, OWNER.user);
  put(297, OWNER.group);
  octal(329, 7, 0);
  octal(337, 7, 0);
  put(148, `${tarChecksum(block).toString(8).padStart(6, '0')}\0 `);
  return block;
}

/**
 * The regular files of an archive, in order. Reading ends at an empty block, at a block that is no
 * header, or where the bytes end: what stands behind is the remains of something else.
 */
export function decodeTar(bytes: Uint8Array): readonly TarMember[] {
  const members: TarMember[] = [];
  let offset = 0;
  while (offset + TAR_BLOCK_SIZE <= bytes.length) {
    const block = bytes.subarray(offset, offset + TAR_BLOCK_SIZE);
    const size = readOctal(block, 124, 12);
    if (size === undefined || readOctal(block, 148, 8) !== tarChecksum(block)) break;
    const begin = offset + TAR_BLOCK_SIZE;
    if (begin + size > bytes.length) break;
    if (isRegular(block[156] ?? 0)) {
      members.push({ name: readName(block), content: bytes.slice(begin, begin + size) });
    }
    offset = begin + paddedSize(size);
  }
  return members;
}

/** Old archives have NUL for a regular file; `7` is one that asks to be contiguous. */
function isRegular(type: number): boolean {
  return type === 0 || type === 0x30 || type === 0x37;
}
