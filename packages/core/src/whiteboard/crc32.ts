/** The CRC-32 of zlib (reflected 0xEDB88320). */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let index = 0; index < bytes.length; index += 1) {
    crc = (crc >>> 8) ^ (TABLE[(crc ^ (bytes[index] ?? 0)) & 0xff] ?? 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** Of the text's UTF-8 bytes, as the whiteboard shows it: eight lower-case hexadecimal digits. */
export function crc32Hex(text: string): string {
  return (crcOfAscii(text) ?? crc32(ENCODER.encode(text))).toString(16).padStart(8, '0');
}

const ENCODER = new TextEncoder();

/** Every line of today's writers is ASCII: no need to encode it first. Undefined for any other. */
function crcOfAscii(text: string): number | undefined {
  let crc = 0xffffffff;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return undefined;
    crc = (crc >>> 8) ^ (TABLE[(crc ^ code) & 0xff] ?? 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** What eight shifts of each byte come to. */
const TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0xedb88320;
  return crc >>> 0;
});
