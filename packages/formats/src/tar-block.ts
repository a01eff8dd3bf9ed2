// What every reader of tar archives needs of a header block.

export const TAR_BLOCK_SIZE = 512;
export const TAR_NAME_SIZE_MAX = 100;

/** The sum of the header's bytes with its own field taken for blanks. */
export function tarChecksum(block: Uint8Array): number {
  let sum = 8 * 0x20;
  block.forEach((byte, index) => {
    if (index < 148 || index >= 156) sum += byte;
  });
  return sum;
}

/** With the prefix of ustar, and without a leading `./`. */
export function readName(block: Uint8Array): string {
  const isPosix = readText(block, 257, 6) === 'ustar';
  const prefix = isPosix ? readText(block, 345, 155) : '';
  const name = readText(block, 0, TAR_NAME_SIZE_MAX);
  return (prefix === '' ? name : `${prefix}/${name}`).replace(/^(\.\/+)+/, '');
}

export function readText(block: Uint8Array, offset: number, size: number): string {
  const field = block.subarray(offset, offset + size);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

export function readOctal(block: Uint8Array, offset: number, size: number): number | undefined {
  const digits = readText(block, offset, size).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}
