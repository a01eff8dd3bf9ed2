import type { Clock } from '@hosted-engine/ports';
import type { VerbName, VerbParams, VerbResult } from '../verbs/verb-map.js';
import { aborted } from './transport.js';
import type { CallOptions, VdsmCaller, VdsmClientOptions, VdsmEvent } from './vdsm-caller.js';
import { VdsmClient } from './vdsm-client.js';

export interface ReconnectOptions {
  /** Further attempts to connect, per call. @default 2 */
  readonly retries?: number;
  /** Pause between them. @default 1000 */
  readonly retryDelayMs?: number;
}

/**
 * A caller that connects when a call needs it. Only connecting is tried again: a call that was
 * sent and got no answer rejects, since it may have been executed. Events are listened to again on
 * each new connection; those in between are missed.
 */
export class ReconnectingVdsmClient implements VdsmCaller {
  readonly #options: Omit<VdsmClientOptions, 'signal'>;
  readonly #clock: Clock;
  readonly #retries: number;
  readonly #retryDelayMs: number;
  readonly #eventListeners = new Set<(event: VdsmEvent) => void>();
  readonly #closing = new AbortController();
  #connection: Promise<VdsmClient> | undefined;

  constructor(
    options: Omit<VdsmClientOptions, 'signal'>,
    clock: Clock,
    reconnect: ReconnectOptions = {},
  ) {
    this.#options = options;
    this.#clock = clock;
    this.#retries = reconnect.retries ?? 2;
    this.#retryDelayMs = reconnect.retryDelayMs ?? 1000;
  }

  async call<V extends VerbName>(
    verb: V,
    params: VerbParams<V>,
    options: CallOptions = {},
  ): Promise<VerbResult<V>> {
    const client = await this.#connected(options.signal);
    return client.call(verb, params, options);
  }

  onEvent(listener: (event: VdsmEvent) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  /** Hangs up. Pending calls reject, later ones too. */
  async close(): Promise<void> {
    this.#closing.abort();
    const connection = this.#connection;
    this.#connection = undefined;
    const client = await connection?.catch(() => undefined);
    await client?.close();
  }

  async #connected(signal: AbortSignal | undefined): Promise<VdsmClient> {
    for (let attempt = 0; ; attempt += 1) {
      if (this.#closing.signal.aborted || signal?.aborted) throw aborted();
      this.#connection ??= this.#connect();
      try {
        return await unlessAborted(this.#connection, signal);
      } catch (error) {
        if (attempt >= this.#retries) throw error;
        await this.#clock.sleep(this.#retryDelayMs, signal ?? this.#closing.signal);
      }
    }
  }

  /** One attempt, shared by all calls that wait for it. */
  async #connect(): Promise<VdsmClient> {
    try {
      const client = await VdsmClient.connect({ ...this.#options, signal: this.#closing.signal });
      client.onEvent((event) => {
        for (const listener of [...this.#eventListeners]) listener(event);
      });
      client.onClose(() => {
        this.#connection = undefined;
      });
      return client;
    } catch (error) {
      this.#connection = undefined;
      throw error;
    }
  }
}

/** The shared attempt goes on when one of those who wait for it gives up. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(aborted());
    signal.addEventListener('abort', onAbort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
