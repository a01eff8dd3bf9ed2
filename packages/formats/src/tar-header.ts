// One header block of a tar archive, as archives of appliances have them: ustar, with GNU's and POSIX's
// extensions for long names and large members.

import { readName, readOctal, readText, TAR_BLOCK_SIZE, tarChecksum } from './tar-block.js';

export type TarHeader =
  /** An empty block: archives end with two of them. */
  | { readonly kind: 'end' }
  /** Not a header: the archive is damaged, or no archive. */
  | { readonly kind: 'damaged' }
  | {
      readonly kind: 'member';
      readonly name: string;
      readonly size: number;
      readonly type: 'file' | 'long-name' | 'pax' | 'other';
    };

/** @param block exactly one block */
export function readTarHeader(block: Uint8Array): TarHeader {
  if (block.length !== TAR_BLOCK_SIZE) return { kind: 'damaged' };
  if (block.every((byte) => byte === 0)) return { kind: 'end' };
  const size = readSize(block);
  if (size === undefined || readOctal(block, 148, 8) !== tarChecksum(block)) {
    return { kind: 'damaged' };
  }
  return { kind: 'member', name: readName(block), size, type: typeOf(block[156] ?? 0) };
}

function typeOf(flag: number): 'file' | 'long-name' | 'pax' | 'other' {
  switch (String.fromCharCode(flag)) {
    case '\0':
    case '0':
    case '7':
      return 'file';
    case 'L':
      return 'long-name';
    case 'x':
      return 'pax';
    default:
      return 'other';
  }
}

/** Beyond 8 GiB the octal digits do not suffice: then it is a binary number. */
function readSize(block: Uint8Array): number | undefined {
  const first = block[124] ?? 0;
  if ((first & 0x80) === 0) return readOctal(block, 124, 12);
  const bytes = [first & 0x7f, ...block.subarray(125, 136)];
  const size = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  return Number.isSafeInteger(size) ? size : undefined;
}

/** `path` and `size` of a POSIX extended header: `LENGTH KEY=VALUE\n` records. */
export function readPax(content: Uint8Array): { readonly path?: string; readonly size?: number } {
  const found: { path?: string; size?: number } = {};
  let at = 0;
  while (at < content.length) {
    const blank = content.indexOf(0x20, at);
    const length = Number(readText(content, at, blank - at));
    if (blank < 0 || !Number.isInteger(length) || length < 5) break;
    const record = new TextDecoder().decode(content.subarray(blank + 1, at + length - 1));
    const equals = record.indexOf('=');
    const [key, value] = [record.slice(0, equals), record.slice(equals + 1)];
    if (key === 'path') found.path = value.replace(/^(\.\/+)+/, '');
    if (key === 'size' && /^\d+$/.test(value)) found.size = Number(value);
    at += length;
  }
  return found;
}
