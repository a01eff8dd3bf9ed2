/** STOMP 1.2 frames, in the subset that VDSM speaks (vdsm.md A3). */

export interface Frame {
  readonly command: string;
  /** Of a repeated header the first occurrence counts. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** Headers in the order in which they go on the wire. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** Bytes that are no STOMP. The connection they came on cannot be used any more. */
export class StompError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StompError';
  }
}

const ESCAPED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\r': '\\r',
  '\n': '\\n',
  ':': '\\c',
};
const UNESCAPED: Readonly<Record<string, string>> = {
  '\\\\': '\\',
  '\\r': '\r',
  '\\n': '\n',
  '\\c': ':',
};

/** The wire form of a header's name or value. VDSM escapes in every frame, CONNECT included. */
export function escapeHeader(text: string): string {
  return text.replace(/[\\\r\n:]/g, (char) => ESCAPED[char] ?? char);
}

/** @throws StompError for an escape that STOMP 1.2 does not define */
export function unescapeHeader(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\.?/gs, (pair) => {
    const char = UNESCAPED[pair];
    if (char === undefined) throw new StompError(`undefined escape ${JSON.stringify(pair)}`);
    return char;
  });
}

/** The bytes of one frame. `content-length` is added, as the last header, when there is a body. */
export function encodeFrame(command: string, headers: HeaderList, body = ''): Buffer {
  const lines = headers.map(([name, value]) => `${escapeHeader(name)}:${escapeHeader(value)}\n`);
  if (body !== '') lines.push(`content-length:${Buffer.byteLength(body)}\n`);
  return Buffer.from(`${command}\n${lines.join('')}\n${body}\0`);
}
