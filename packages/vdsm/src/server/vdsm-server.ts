import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { HeError, type Log } from '@hosted-engine/ports';
import type { TlsFiles } from '../client/vdsm-caller.js';
import { VDSM_PORT } from '../client/vdsm-client.js';
import { toAsciiJson } from '../jsonrpc/json-rpc.js';
import { serveConnection } from './connection.js';
import { Dispatcher } from './dispatcher.js';
import { Subscriptions } from './subscriptions.js';
import type { ServerLimits, VdsmServer, VdsmServerOptions } from './vdsm-server-api.js';

export const EVENT_QUEUE = 'jms.queue.events';

/** Old engines expect event times above this. */
const NOTIFY_TIME_BASE = 2 ** 31 - 1;

const MIB = 1024 * 1024;
const DEFAULT_LIMITS: ServerLimits = {
  handshakeMs: 10_000,
  firstBytesMs: 10_000,
  connections: 256,
  calls: 512,
  frameBytes: 4 * MIB,
  backlogBytes: 32 * MIB,
  heartBeatMsMin: 1000,
};

/**
 * `notify_time` of events, and as text `statusTime` of VMs: integer milliseconds of the host's
 * monotonic clock above a fixed base, so that both compare as text too.
 */
export function vdsmTime(monotonicS: number): number {
  return NOTIFY_TIME_BASE + Math.floor(monotonicS * 1000);
}

/** A server that speaks VDSM's JSON-RPC over STOMP. Nothing happens before `listen`. */
export function createVdsmServer(options: VdsmServerOptions): VdsmServer {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const subscriptions = new Subscriptions();
  const dispatcher = new Dispatcher(options.handlers, options.log, limits.calls);
  const closing = new AbortController();
  const sockets = new Set<Socket>();
  const monotonicS = options.monotonicS ?? (() => Number(process.hrtime.bigint()) / 1e9);

  const server = createListener(options.tls, limits, options.log, (socket) => {
    const context = {
      signal: closing.signal,
      peerAddress: plainAddress(socket.remoteAddress),
      localAddress: plainAddress(socket.localAddress),
    };
    serveConnection(socket, { dispatcher, subscriptions, limits, context, log: options.log });
  });
  server.maxConnections = limits.connections;
  // Raw sockets, so that those still shaking hands are dropped by `close` as well.
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('drop', () => options.log.error('connection refused: too many of them'));

  return {
    listen: () => listen(server, options.port ?? VDSM_PORT, options.host),
    emitEvent: (method, params) => {
      const stamped = { ...params, notify_time: vdsmTime(monotonicS()) };
      const event = { jsonrpc: '2.0', method, params: stamped };
      subscriptions.publish(EVENT_QUEUE, toAsciiJson(event));
    },
    close: async () => {
      closing.abort();
      const closed = new Promise<void>((resolve) => {
        // Not listening any more is as good as closed.
        server.close(() => resolve());
      });
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function createListener(
  tls: TlsFiles | undefined,
  limits: ServerLimits,
  log: Log,
  serve: (socket: Socket) => void,
): Server {
  if (tls === undefined) return createServer(serve);
  const server = createTlsServer({
    ca: tls.ca,
    cert: tls.cert,
    key: tls.key,
    requestCert: true,
    rejectUnauthorized: true,
    handshakeTimeout: limits.handshakeMs,
  });
  server.on('secureConnection', serve);
  server.on('tlsClientError', (error, socket) => {
    const peer = plainAddress(socket.remoteAddress);
    // A certificate that was refused shows as a mere hang-up in `error`.
    const reason = String(socket.authorizationError ?? error.message);
    log.warn('TLS handshake failed', { peer, reason });
    socket.destroy();
  });
  return server;
}

/** Without a host: both address families, or IPv4 alone where the kernel has no IPv6. */
async function listen(server: Server, port: number, host: string | undefined): Promise<number> {
  try {
    return await listenOn(server, port, host ?? '::');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (host === undefined && (code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL')) {
      return listenOn(server, port, '0.0.0.0');
    }
    throw new HeError('HE_FAILED', `cannot listen on port ${port}`, { cause: error });
  }
}

function listenOn(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      server.removeListener('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** IPv4 peers of a dual-stack socket come as `::ffff:a.b.c.d`. */
function plainAddress(address: string | undefined): string {
  return (address ?? 'unknown').replace(/^::ffff:(?=\d+\.)/, '');
}
