/**
 * Incremental STOMP parser. Any cutting of the same bytes into chunks gives the same frames, and
 * each byte is looked at a constant number of times, so a large frame in small pieces stays cheap.
 *
 * It refuses what VDSM refuses (a raw ":" in a value, an unknown escape) and bounds what a peer
 * can make it keep: the head of a frame by `HEAD_BYTES_MAX`, its body by `bodyBytesMax`.
 */
import { type Frame, StompError, unescapeHeader } from './frame.js';

const LF = 0x0a;
const CR = 0x0d;
const NUL = 0x00;

/** Real heads are below 1 KiB. */
const HEAD_BYTES_MAX = 64 * 1024;

export class FrameParser {
  readonly #bodyBytesMax: number;
  #phase: 'between' | 'head' | 'body' | 'end' = 'between';
  /** Pieces of the line or of the body that is not complete yet. */
  #pieces: Buffer[] = [];
  #piecesBytes = 0;
  #headBytes = 0;
  #command = '';
  #headers = new Map<string, string>();
  /** Undefined: the body ends at the first NUL. */
  #bodyBytes: number | undefined;
  #body: Buffer = Buffer.alloc(0);

  constructor(bodyBytesMax: number) {
    this.#bodyBytesMax = bodyBytesMax;
  }

  /**
   * Takes the next bytes and yields the frames that they complete. The caller takes all of them.
   * @throws StompError; the parser must not be used afterwards
   */
  *push(chunk: Buffer): Generator<Frame, void> {
    let at = 0;
    while (at < chunk.length) {
      switch (this.#phase) {
        case 'between':
          at = this.#skipLineEnds(chunk, at);
          break;
        case 'head':
          at = this.#takeHead(chunk, at);
          break;
        case 'body':
          at = this.#takeBody(chunk, at);
          break;
        case 'end':
          if (chunk[at] !== NUL) throw new StompError('no NUL where content-length says the end');
          at += 1;
          yield this.#finish();
          break;
      }
    }
  }

  #skipLineEnds(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length && (chunk[at] === LF || chunk[at] === CR)) at += 1;
    if (at < chunk.length) this.#phase = 'head';
    return at;
  }

  #takeHead(chunk: Buffer, from: number): number {
    const lineEnd = chunk.indexOf(LF, from);
    const upTo = lineEnd === -1 ? chunk.length : lineEnd;
    this.#headBytes += upTo - from + 1;
    if (this.#headBytes > HEAD_BYTES_MAX) throw new StompError('frame head is too long');
    this.#keep(chunk.subarray(from, upTo));
    if (lineEnd === -1) return chunk.length;
    const line = this.#join();
    const bare = line.at(-1) === CR ? line.subarray(0, -1) : line;
    if (bare.length === 0) this.#beginBody();
    else this.#takeLine(bare);
    return lineEnd + 1;
  }

  #takeLine(line: Buffer): void {
    if (line.includes(NUL)) throw new StompError('NUL in the head of a frame');
    const text = line.toString('utf8');
    if (this.#command === '') {
      if (!/^[A-Z]+$/.test(text)) throw new StompError('malformed command');
      this.#command = text;
      return;
    }
    const colon = text.indexOf(':');
    if (colon < 1) throw new StompError('header without a name');
    const value = text.slice(colon + 1);
    if (value.includes(':')) throw new StompError('unescaped ":" in a header value');
    const name = unescapeHeader(text.slice(0, colon));
    if (!this.#headers.has(name)) this.#headers.set(name, unescapeHeader(value));
  }

  #beginBody(): void {
    if (this.#command === '') throw new StompError('frame without a command');
    const length = this.#headers.get('content-length');
    this.#bodyBytes = length === undefined ? undefined : this.#parseLength(length);
    this.#phase = this.#bodyBytes === 0 ? 'end' : 'body';
  }

  #parseLength(text: string): number {
    if (!/^\d{1,15}$/.test(text)) throw new StompError('content-length is no number');
    const length = Number(text);
    if (length > this.#bodyBytesMax) throw new StompError(`frame body of ${length} bytes`);
    return length;
  }

  #takeBody(chunk: Buffer, from: number): number {
    if (this.#bodyBytes !== undefined) {
      const upTo = Math.min(chunk.length, from + this.#bodyBytes - this.#piecesBytes);
      this.#keep(chunk.subarray(from, upTo));
      if (this.#piecesBytes === this.#bodyBytes) this.#endBody();
      return upTo;
    }
    const nul = chunk.indexOf(NUL, from);
    const upTo = nul === -1 ? chunk.length : nul;
    this.#keep(chunk.subarray(from, upTo));
    if (this.#piecesBytes > this.#bodyBytesMax) throw new StompError('frame body is too long');
    if (nul !== -1) this.#endBody();
    return upTo;
  }

  #endBody(): void {
    this.#body = this.#join();
    this.#phase = 'end';
  }

  #finish(): Frame {
    const frame = { command: this.#command, headers: this.#headers, body: this.#body };
    this.#phase = 'between';
    this.#headBytes = 0;
    this.#command = '';
    this.#headers = new Map();
    this.#body = Buffer.alloc(0);
    return frame;
  }

  #keep(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.#piecesBytes += piece.length;
  }

  #join(): Buffer {
    const joined = Buffer.concat(this.#pieces, this.#piecesBytes);
    this.#pieces = [];
    this.#piecesBytes = 0;
    return joined;
  }
}
