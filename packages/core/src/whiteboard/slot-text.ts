/** The text of a region of storage, without the NULs that pad it. */
export interface SlotText {
  /** At most the first `count` characters. */
  readonly head: string;
  readonly rest: string;
}

/**
 * The UTF-8 text in `bytes`, split behind its first `count` characters (characters, not bytes or
 * UTF-16 units: so do the original's readers). Says what is wrong when the bytes are no UTF-8, with
 * nothing replaced or skipped, or hold fewer characters, NULs counted.
 */
export function readSlotText(bytes: Uint8Array, count: number): SlotText | string {
  // Most of a slot is padding: it is counted, not decoded.
  const end = endOfText(bytes);
  const text = decodeUtf8(bytes.subarray(0, end));
  if (text === undefined) return 'text is not UTF-8';
  const { index, characters } = firstCharacters(text, count, text.length === end);
  if (characters + bytes.length - end < count) return `fewer than ${count} characters`;
  return { head: withoutTrailingNuls(text.slice(0, index)), rest: text.slice(index) };
}

/** Where the first `count` characters of `text` end, and how many there are. */
function firstCharacters(
  text: string,
  count: number,
  isAscii: boolean,
): { index: number; characters: number } {
  // What every writer of today writes: each character is one unit.
  if (isAscii) {
    const index = Math.min(count, text.length);
    return { index, characters: index };
  }
  let index = 0;
  let characters = 0;
  while (characters < count && index < text.length) {
    index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
    characters++;
  }
  return { index, characters };
}

/** Where the NULs at the end begin. */
function endOfText(bytes: Uint8Array): number {
  let end = bytes.length;
  // Eight at a time where memory allows: with hundreds of hosts this is most of a reading's work.
  if (bytes.byteOffset % 8 === 0 && end % 8 === 0) {
    const words = new Float64Array(bytes.buffer, bytes.byteOffset, end / 8);
    // The bits of zero are eight NULs; those of minus zero are not.
    while (end > 0 && Object.is(words[end / 8 - 1], 0)) end -= 8;
  }
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return end;
}

const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return STRICT_UTF8.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function withoutTrailingNuls(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0) end--;
  return text.slice(0, end);
}

export function isAllZero(bytes: Uint8Array): boolean {
  // Called for whole regions: a plain loop is many times as fast as a callback for each byte.
  for (let index = 0; index < bytes.length; index += 1) {
    if (bytes[index] !== 0) return false;
  }
  return true;
}
