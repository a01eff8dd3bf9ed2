import type { Clock, HeError } from '@hosted-engine/ports';
import type { VerbName, VerbParams, VerbResult } from '../verbs/verb-map.js';
import { aborted, unreachable } from './transport.js';
import type { CallOptions, VdsmCaller, VdsmClientOptions, VdsmEvent } from './vdsm-caller.js';
import { CALL_TIMEOUT_MS, VDSM_PORT, VdsmClient } from './vdsm-client.js';

export interface ReconnectOptions {
  /** Further attempts to connect, per call. @default 2 */
  readonly retries?: number;
  /** Pause between them. @default 1000 */
  readonly retryDelayMs?: number;
}

/**
 * A caller that connects when a call needs it. Only connecting is tried again: a call that was
 * sent and got no answer rejects, since it may have been executed. A call's time-out covers both.
 * Events are listened to again on each new connection; those in between are missed.
 */
export class ReconnectingVdsmClient implements VdsmCaller {
  readonly #options: Omit<VdsmClientOptions, 'signal'>;
  readonly #clock: Clock;
  readonly #retries: number;
  readonly #retryDelayMs: number;
  readonly #eventListeners = new Set<(event: VdsmEvent) => void>();
  readonly #closing = new AbortController();
  #connection: Promise<VdsmClient> | undefined;
  /** What #connection led to, while it is open. */
  #client: VdsmClient | undefined;

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
    // A deadline for connecting wakes the process when it is over, used or not: none where nothing is waited for.
    if (this.#client !== undefined) return this.#client.call(verb, params, options);
    const timeoutMs = options.timeoutMs ?? CALL_TIMEOUT_MS;
    const startS = this.#clock.monotonicS();
    const deadline = AbortSignal.timeout(timeoutMs);
    const client = await this.#connected(options.signal, deadline);
    const spentMs = (this.#clock.monotonicS() - startS) * 1000;
    return client.call(verb, params, { ...options, timeoutMs: Math.max(1, timeoutMs - spentMs) });
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
    this.#client = undefined;
    const client = await connection?.catch(() => undefined);
    await client?.close();
  }

  async #connected(signal: AbortSignal | undefined, deadline: AbortSignal): Promise<VdsmClient> {
    const signals = [deadline, this.#closing.signal];
    const giveUp = AbortSignal.any(signal === undefined ? signals : [...signals, signal]);
    for (let attempt = 0; ; attempt += 1) {
      if (this.#closing.signal.aborted || signal?.aborted) throw aborted();
      this.#connection ??= this.#connect();
      try {
        return await unlessAborted(this.#connection, giveUp, () => this.#givenUp(deadline));
      } catch (error) {
        if (attempt >= this.#retries || giveUp.aborted) throw error;
        await this.#clock.sleep(this.#retryDelayMs, giveUp);
        if (deadline.aborted) throw error;
      }
    }
  }

  #givenUp(deadline: AbortSignal): HeError {
    if (!deadline.aborted) return aborted();
    const { host, port = VDSM_PORT } = this.#options;
    return unreachable({ host, port }, 'no connection in time');
  }

  /** One attempt, shared by all calls that wait for it. */
  async #connect(): Promise<VdsmClient> {
    try {
      const client = await VdsmClient.connect({ ...this.#options, signal: this.#closing.signal });
      client.onEvent((event) => {
        for (const listener of [...this.#eventListeners]) listener(event);
      });
      this.#client = client;
      client.onClose(() => {
        this.#connection = undefined;
        this.#client = undefined;
      });
      return client;
    } catch (error) {
      this.#connection = undefined;
      throw error;
    }
  }
}

/** The shared attempt goes on when one of those who wait for it gives up. */
function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  reason: () => HeError,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(reason());
    const settle = (): void => signal.removeEventListener('abort', onAbort);
    signal.addEventListener('abort', onAbort);
    promise.then(resolve, reject).finally(settle);
  });
}
