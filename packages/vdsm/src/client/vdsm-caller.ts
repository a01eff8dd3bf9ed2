import type { VerbName, VerbParams, VerbResult } from '../verbs/verb-map.js';

export interface CallOptions {
  /** How long to wait for the answer. The call may still be executed afterwards. @default 60000 */
  readonly timeoutMs?: number;
  /** Aborting stops the wait (HE_ABORTED), not the call on the other side. */
  readonly signal?: AbortSignal;
  /** Flow id that the other side writes to its log. */
  readonly correlationId?: string;
}

/** An event as `jms.queue.events` brings it. */
export interface VdsmEvent {
  /** For example `|virt|VM_status|<vmId>`. */
  readonly method: string;
  /** The payload. `notify_time` is milliseconds on the host's monotonic clock, plus 2^31 - 1. */
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * Something that carries out VDSM verbs: a client, or a fake of one.
 *
 * A call rejects with VdsmError for an error that the other side answered, with HeError
 * HE_HOSTD_UNREACHABLE when the connection failed or no answer came in time. The latter says
 * nothing about whether the verb was executed (I5).
 */
export interface VdsmCaller {
  call<V extends VerbName>(
    verb: V,
    params: VerbParams<V>,
    options?: CallOptions,
  ): Promise<VerbResult<V>>;
  /** Listens to events until the returned function is called. There is no replay of missed ones. */
  onEvent(listener: (event: VdsmEvent) => void): () => void;
}

/** PEM texts. Host names are not checked, on either side: any certificate of the CA is good. */
export interface TlsFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface VdsmClientOptions {
  readonly host: string;
  /** @default 54321 */
  readonly port?: number;
  /** Undefined: no TLS at all (`[vars] ssl = false` on the other side). */
  readonly tls: TlsFiles | undefined;
  /** Bounds TCP connect, TLS handshake and CONNECTED together. @default 10000 */
  readonly connectTimeoutMs?: number;
  /** Aborting gives up connecting (HE_ABORTED); it does nothing once connected. */
  readonly signal?: AbortSignal;
}
