import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { encodeFrame, type Frame, type HeaderList } from '../../src/stomp/frame.js';
import { FrameParser } from '../../src/stomp/frame-parser.js';

/** A peer that says exactly what the test says, and waits for frames of the other side. */
export class RawPeer {
  readonly socket: Socket;
  /** All bytes that came, as text. */
  received = '';
  readonly closed: Promise<void>;
  readonly #parser = new FrameParser(1024 * 1024);
  readonly #frames: Frame[] = [];
  #wake: () => void = () => undefined;
  #isClosed = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.received += bytes.toString('utf8');
      this.#frames.push(...this.#parser.push(bytes));
      this.#wake();
    });
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#isClosed = true;
        this.#wake();
        resolve();
      });
    });
  }

  static connect(port: number): RawPeer {
    return new RawPeer(connect({ host: '127.0.0.1', port }));
  }

  say(bytes: string): void {
    this.socket.write(bytes);
  }

  send(command: string, headers: HeaderList, body = ''): void {
    this.socket.write(encodeFrame(command, headers, body));
  }

  /** SEND of one JSON value to the request queue. */
  request(value: unknown, replyTo: string | undefined, queue = 'jms.topic.vdsm_requests'): void {
    const headers: [string, string][] = [['destination', queue]];
    if (replyTo !== undefined) headers.push(['reply-to', replyTo]);
    this.send('SEND', headers, typeof value === 'string' ? value : JSON.stringify(value));
  }

  async frame(): Promise<Frame> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame !== undefined) return frame;
      assert.ok(!this.#isClosed, 'connection closed while waiting for a frame');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The JSON body of the next frame, which must be a MESSAGE. */
  async message(): Promise<unknown> {
    const frame = await this.frame();
    assert.equal(frame.command, 'MESSAGE', frame.body.toString());
    return JSON.parse(frame.body.toString('utf8'));
  }

  /** Everything sent so far has been dealt with once this answer is back. */
  async barrier(): Promise<void> {
    this.send('DISCONNECT', [['receipt', 'barrier']]);
    assert.equal((await this.frame()).command, 'RECEIPT');
  }
}
