/**
 * A connection to a host daemon.
 *
 * 1. The response destination and the ids of requests are random: answers cannot get mixed up
 *    between clients, though the server keeps one table for all (vdsm.md A4).
 * 2. Requests are single objects with an id: notifications and batches harm a real VDSM (A5).
 * 3. A lost connection is not mended here: every pending call rejects, `onClose` fires once.
 */
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { HeError, messageOf } from '@hosted-engine/ports';
import { isRecord, parseAnswerBody, toAsciiJson } from '../jsonrpc/json-rpc.js';
import { encodeFrame, type Frame, type HeaderList, StompError } from '../stomp/frame.js';
import { FrameParser } from '../stomp/frame-parser.js';
import { HeartBeatTimers, parseHeartBeat } from '../stomp/heart-beat.js';
import { VdsmError } from '../vdsm-error.js';
import type { VerbName, VerbParams, VerbResult } from '../verbs/verb-map.js';
import { PendingCalls } from './pending-calls.js';
import { type Address, aborted, openSocket, unreachable } from './transport.js';
import type { CallOptions, VdsmCaller, VdsmClientOptions, VdsmEvent } from './vdsm-caller.js';

const REQUEST_QUEUE = 'jms.topic.vdsm_requests';
const EVENT_QUEUE = 'jms.queue.events';
export const VDSM_PORT = 54321;
export const CALL_TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 10_000;

/** The connection counts as dead when nothing came for this long; the server is asked for 80 % of it. */
const SILENCE_MS = 30_000;

/** Answers are larger than requests: a host may list many VMs. */
const FRAME_BYTES_MAX = 64 * 1024 * 1024;

/** How long `close` waits for the server's receipt before it just hangs up. */
const DISCONNECT_MS = 1000;

export class VdsmClient implements VdsmCaller {
  readonly #socket: Socket;
  readonly #address: Address;
  readonly #parser = new FrameParser(FRAME_BYTES_MAX);
  readonly #responses = { destination: randomUUID(), id: randomUUID() };
  readonly #eventsId = randomUUID();
  readonly #calls = new PendingCalls();
  readonly #eventListeners = new Set<(event: VdsmEvent) => void>();
  readonly #closeListeners = new Set<(reason: HeError) => void>();
  #isSubscribedToEvents = false;
  #timers: HeartBeatTimers | undefined;
  #closedBecause: HeError | undefined;
  #onConnected: (() => void) | undefined;
  #onReceipt: (() => void) | undefined;

  private constructor(socket: Socket, address: Address) {
    this.#socket = socket;
    this.#address = address;
    socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    socket.on('error', (error) => this.#end(messageOf(error), error));
    socket.on('close', () => this.#end('connection closed'));
  }

  /** @throws HeError HE_HOSTD_UNREACHABLE; HE_ABORTED when `signal` aborted first */
  static async connect(options: VdsmClientOptions): Promise<VdsmClient> {
    const address = { host: options.host, port: options.port ?? VDSM_PORT };
    const deadline = AbortSignal.timeout(options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS);
    const socket = await openSocket(address, options.tls, deadline, options.signal);
    const client = new VdsmClient(socket, address);
    await client.#handshake(deadline, options.signal);
    return client;
  }

  /** See VdsmCaller. */
  call<V extends VerbName>(
    verb: V,
    params: VerbParams<V>,
    options: CallOptions = {},
  ): Promise<VerbResult<V>> {
    if (this.#closedBecause !== undefined) return Promise.reject(this.#closedBecause);
    if (options.signal?.aborted) return Promise.reject(aborted());
    const id = randomUUID();
    const timeoutMs = options.timeoutMs ?? CALL_TIMEOUT_MS;
    const answer = this.#calls.add(id, {
      timeoutMs,
      signal: options.signal,
      timedOut: () => unreachable(this.#address, `no answer to ${verb} within ${timeoutMs} ms`),
    });
    const headers: [string, string][] = [
      ['destination', REQUEST_QUEUE],
      ['content-type', 'application/json'],
      ['reply-to', this.#responses.destination],
    ];
    if (options.correlationId !== undefined) {
      headers.push(['ovirtCorrelationId', options.correlationId]);
    }
    this.#send('SEND', headers, toAsciiJson({ jsonrpc: '2.0', method: verb, params, id }));
    // The types of results are the protocol's; each caller checks the values that it relies on.
    return answer as Promise<VerbResult<V>>;
  }

  /** See VdsmCaller. */
  onEvent(listener: (event: VdsmEvent) => void): () => void {
    this.#eventListeners.add(listener);
    if (!this.#isSubscribedToEvents) {
      this.#isSubscribedToEvents = true;
      this.#subscribe(EVENT_QUEUE, this.#eventsId);
    }
    return () => this.#eventListeners.delete(listener);
  }

  /** `listener` is called once, also after `close`; at once when the connection is gone already. */
  onClose(listener: (reason: HeError) => void): () => void {
    if (this.#closedBecause !== undefined) listener(this.#closedBecause);
    else this.#closeListeners.add(listener);
    return () => this.#closeListeners.delete(listener);
  }

  get isClosed(): boolean {
    return this.#closedBecause !== undefined;
  }

  /** Says goodbye, waits shortly for the receipt and hangs up. Pending calls reject. */
  async close(): Promise<void> {
    if (this.#closedBecause !== undefined) return;
    const receipt = new Promise<void>((resolve) => {
      this.#onReceipt = resolve;
      setTimeout(resolve, DISCONNECT_MS).unref();
      this.#socket.once('close', () => resolve());
    });
    this.#send('DISCONNECT', [['receipt', randomUUID()]]);
    await receipt;
    this.#end('closed by this side');
  }

  async #handshake(deadline: AbortSignal, callerSignal: AbortSignal | undefined): Promise<void> {
    const connected = new Promise<void>((resolve, reject) => {
      this.#onConnected = resolve;
      this.onClose(reject);
    });
    const onDeadline = (): void => this.#end('no STOMP session in time');
    const onAbort = (): void => {
      this.#end('given up', undefined, 'HE_ABORTED');
    };
    deadline.addEventListener('abort', onDeadline);
    callerSignal?.addEventListener('abort', onAbort);
    this.#send('CONNECT', [
      ['accept-version', '1.2'],
      ['heart-beat', `0,${SILENCE_MS * 0.8}`],
    ]);
    this.#subscribe(this.#responses.destination, this.#responses.id);
    try {
      if (this.#socket.destroyed) this.#end('connection closed');
      if (deadline.aborted) onDeadline();
      if (callerSignal?.aborted) onAbort();
      await connected;
    } finally {
      deadline.removeEventListener('abort', onDeadline);
      callerSignal?.removeEventListener('abort', onAbort);
      this.#closeListeners.clear();
    }
  }

  #subscribe(destination: string, id: string): void {
    this.#send('SUBSCRIBE', [
      ['destination', destination],
      ['ack', 'auto'],
      ['id', id],
    ]);
  }

  #send(command: string, headers: HeaderList, body = ''): void {
    if (this.#closedBecause !== undefined || !this.#socket.writable) return;
    this.#socket.write(encodeFrame(command, headers, body));
  }

  #receive(bytes: Buffer): void {
    if (this.#closedBecause !== undefined) return;
    this.#timers?.received();
    try {
      for (const frame of this.#parser.push(bytes)) this.#take(frame);
    } catch (thrown) {
      if (!(thrown instanceof StompError)) throw thrown;
      this.#end(`malformed answer: ${thrown.message}`, thrown);
    }
  }

  #take(frame: Frame): void {
    switch (frame.command) {
      case 'CONNECTED': {
        const promised = parseHeartBeat(frame.headers.get('heart-beat')).sendMs;
        this.#timers = new HeartBeatTimers(
          { sendMs: 0, receiveMs: promised === 0 ? 0 : Math.max(SILENCE_MS, promised * 1.25) },
          { beat: () => undefined, silent: () => this.#end(`silent for ${SILENCE_MS} ms`) },
        );
        this.#onConnected?.();
        return;
      }
      case 'MESSAGE':
        this.#takeMessage(frame);
        return;
      case 'RECEIPT':
        this.#onReceipt?.();
        return;
      case 'ERROR':
        this.#end(`answered ERROR: ${frame.body.toString('utf8').slice(0, 200)}`);
        return;
      default:
        this.#end(`unexpected ${frame.command} frame`);
    }
  }

  #takeMessage(frame: Frame): void {
    const subscription = frame.headers.get('subscription');
    const text = frame.body.toString('utf8');
    try {
      if (subscription === this.#responses.id) this.#takeAnswer(text);
      else if (subscription === this.#eventsId) this.#takeEvent(text);
    } catch (thrown) {
      if (!(thrown instanceof SyntaxError)) throw thrown;
      this.#end('answered something that is no JSON', thrown);
    }
  }

  #takeAnswer(text: string): void {
    const answer = parseAnswerBody(text);
    // An answer past its time-out finds no call; one that has no id belongs to none of ours.
    if (answer === undefined) return;
    if ('error' in answer) {
      this.#calls.reject(String(answer.id), new VdsmError(answer.error.code, answer.error.message));
    } else {
      this.#calls.resolve(String(answer.id), answer.result);
    }
  }

  #takeEvent(text: string): void {
    const event: unknown = JSON.parse(text);
    if (!isRecord(event) || typeof event['method'] !== 'string') return;
    const params = isRecord(event['params']) ? event['params'] : {};
    for (const listener of [...this.#eventListeners]) listener({ method: event['method'], params });
  }

  #end(why: string, cause?: unknown, code?: 'HE_ABORTED'): void {
    if (this.#closedBecause !== undefined) return;
    const reason =
      code === undefined ? unreachable(this.#address, why, cause) : new HeError(code, why);
    this.#closedBecause = reason;
    this.#timers?.stop();
    this.#socket.destroy();
    this.#calls.rejectAll(reason);
    for (const listener of [...this.#closeListeners]) listener(reason);
    this.#closeListeners.clear();
  }
}
