/**
 * The server's side of one STOMP conversation, from frame to frame. It knows neither sockets nor
 * TLS: bytes come in by `receive`, go out by the transport.
 *
 * 1. SUBSCRIBE and SEND are taken before CONNECT too: clients pipeline (vdsm.md A3).
 * 2. Anything but the five commands below, or bytes that are no STOMP, ends the connection.
 * 3. A receipt is given for DISCONNECT only, which must ask for one; then the client closes.
 */
import { encodeFrame, type Frame, type HeaderList, StompError } from '../stomp/frame.js';
import { FrameParser } from '../stomp/frame-parser.js';
import { HeartBeatTimers, parseHeartBeat } from '../stomp/heart-beat.js';
import type { CallContext } from '../verbs/verb-map.js';
import type { Dispatcher } from './dispatcher.js';
import type { Subscriber, Subscriptions } from './subscriptions.js';

const REQUEST_QUEUES = ['jms.topic.vdsm_requests', 'jms.topic.vdsm_irs_requests'];

export interface SessionTransport {
  write(bytes: Buffer): void;
  /** Drops the connection; `why` is for the log. */
  drop(why: string): void;
}

export interface SessionParts {
  readonly dispatcher: Dispatcher;
  readonly subscriptions: Subscriptions;
  readonly limits: { readonly frameBytes: number; readonly heartBeatMsMin: number };
  readonly context: Omit<CallContext, 'correlationId'>;
}

export class StompSession implements Subscriber {
  readonly #transport: SessionTransport;
  readonly #parts: SessionParts;
  readonly #parser: FrameParser;
  #timers: HeartBeatTimers | undefined;

  constructor(transport: SessionTransport, parts: SessionParts) {
    this.#transport = transport;
    this.#parts = parts;
    this.#parser = new FrameParser(parts.limits.frameBytes);
  }

  receive(bytes: Buffer): void {
    this.#timers?.received();
    try {
      for (const frame of this.#parser.push(bytes)) this.#take(frame);
    } catch (thrown) {
      if (!(thrown instanceof StompError)) throw thrown;
      this.#transport.drop(thrown.message);
    }
  }

  /** To be called once the connection is gone. */
  end(): void {
    this.#timers?.stop();
    this.#parts.subscriptions.removeAll(this);
  }

  deliver(subscriptionId: string, destination: string, body: string): void {
    this.#send(
      'MESSAGE',
      [
        ['destination', destination],
        ['content-type', 'application/json'],
        ['subscription', subscriptionId],
      ],
      body,
    );
  }

  #take(frame: Frame): void {
    switch (frame.command) {
      case 'CONNECT':
        this.#connect(frame);
        return;
      case 'SUBSCRIBE':
        this.#subscribe(frame);
        return;
      case 'UNSUBSCRIBE':
        this.#unsubscribe(frame);
        return;
      case 'SEND':
        this.#takeSend(frame);
        return;
      case 'DISCONNECT':
        this.#disconnect(frame);
        return;
      default:
        throw new StompError(`unsupported command ${frame.command}`);
    }
  }

  #connect(frame: Frame): void {
    if (frame.headers.get('accept-version') !== '1.2') {
      this.#send('ERROR', [], 'Version unsupported');
      return;
    }
    const asked = parseHeartBeat(frame.headers.get('heart-beat'));
    const agreed = {
      sendMs: this.#atLeastMin(asked.receiveMs),
      receiveMs: this.#atLeastMin(asked.sendMs),
    };
    this.#send('CONNECTED', [
      ['version', '1.2'],
      ['heart-beat', `${agreed.sendMs},${agreed.receiveMs}`],
    ]);
    this.#timers?.stop();
    this.#timers = new HeartBeatTimers(agreed, {
      beat: () => this.#transport.write(Buffer.from('\n')),
      silent: () => this.#transport.drop(`no heart-beat for ${agreed.receiveMs} ms`),
    });
  }

  #atLeastMin(ms: number): number {
    return ms === 0 ? 0 : Math.max(ms, this.#parts.limits.heartBeatMsMin);
  }

  #subscribe(frame: Frame): void {
    const destination = frame.headers.get('destination');
    const id = frame.headers.get('id');
    if (!destination || !id) {
      this.#send('ERROR', [], 'Missing destination or subscription id header');
    } else if (!this.#parts.subscriptions.add(this, id, destination)) {
      this.#send('ERROR', [], 'Subscription id already exists');
    }
  }

  #unsubscribe(frame: Frame): void {
    const id = frame.headers.get('id');
    if (id) this.#parts.subscriptions.remove(this, id);
    else this.#send('ERROR', [], 'Missing id header');
  }

  #takeSend(frame: Frame): void {
    const destination = frame.headers.get('destination') ?? '';
    const body = frame.body.toString('utf8');
    if (isRequestQueue(destination)) {
      void this.#answer(
        body,
        frame.headers.get('reply-to'),
        frame.headers.get('ovirtCorrelationId'),
      );
    } else if (this.#parts.subscriptions.forward(destination, body) === 0) {
      this.#send('ERROR', [], 'Subscription not available');
    }
  }

  /** Nothing waits for this: the next frame is taken at once. Dispatcher.answer never rejects. */
  async #answer(
    body: string,
    replyTo: string | undefined,
    correlationId: string | undefined,
  ): Promise<void> {
    const context = { ...this.#parts.context, correlationId };
    const answer = await this.#parts.dispatcher.answer(body, context);
    if (answer !== undefined && replyTo !== undefined) {
      this.#parts.subscriptions.publish(replyTo, answer);
    }
  }

  #disconnect(frame: Frame): void {
    const receipt = frame.headers.get('receipt');
    if (receipt === undefined) throw new StompError('DISCONNECT without a receipt');
    this.#send('RECEIPT', [['receipt-id', receipt]]);
  }

  #send(command: string, headers: HeaderList, body = ''): void {
    this.#transport.write(encodeFrame(command, headers, body));
    this.#timers?.sent();
  }
}

function isRequestQueue(destination: string): boolean {
  return REQUEST_QUEUES.some(
    (queue) => destination === queue || destination.startsWith(`${queue}.`),
  );
}
