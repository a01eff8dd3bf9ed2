import type { Log } from '@hosted-engine/ports';
import type { TlsFiles } from '../client/vdsm-caller.js';
import type { VerbHandlers } from '../verbs/verb-map.js';

export interface VdsmServerOptions {
  /** 0 picks a free port. @default 54321 */
  readonly port?: number;
  /** @default `::` for both address families, or 0.0.0.0 where IPv6 is off */
  readonly host?: string;
  /** Undefined: no TLS. Otherwise clients must show a certificate of `ca`. */
  readonly tls?: TlsFiles | undefined;
  /** A verb without a handler is answered with -32601. */
  readonly handlers: Partial<VerbHandlers>;
  readonly log: Log;
  /** Seconds of CLOCK_MONOTONIC, for `notify_time`. @default the process's monotonic clock */
  readonly monotonicS?: () => number;
  /** Overrides for tests and small hosts; see ServerLimits for each default. */
  readonly limits?: Partial<ServerLimits>;
}

export interface ServerLimits {
  /** TLS handshake must finish within this. @default 10000 */
  readonly handshakeMs: number;
  /** The first protocol bytes must arrive within this after the handshake. @default 10000 */
  readonly firstBytesMs: number;
  /** Connections above this are refused. @default 256 */
  readonly connections: number;
  /** Calls in progress over all connections; above, error 1100 is answered. @default 512 */
  readonly calls: number;
  /** Largest frame accepted from a client. @default 4 MiB */
  readonly frameBytes: number;
  /** A reader so slow that this much waits for it is cut off. @default 32 MiB */
  readonly backlogBytes: number;
  /** Smallest heart-beat interval agreed to. @default 1000 */
  readonly heartBeatMsMin: number;
}

export interface VdsmServer {
  /** Resolves with the port once it accepts connections. */
  listen(): Promise<number>;
  /** Sends an event to every subscriber of `jms.queue.events`; `notify_time` is added. */
  emitEvent(method: string, params: Readonly<Record<string, unknown>>): void;
  /** Stops accepting, aborts the handlers' signal and drops every connection. */
  close(): Promise<void>;
}
