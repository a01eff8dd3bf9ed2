/** One accepted socket: deadlines, protocol detection, and a reader that must keep up. */
import type { Socket } from 'node:net';
import type { Log } from '@hosted-engine/ports';
import { detectProtocol } from '../stomp/detect-protocol.js';
import { type SessionParts, StompSession } from './stomp-session.js';
import type { ServerLimits } from './vdsm-server-api.js';

/** Finds out about a peer that lost its power, when no heart-beat was agreed. */
const KEEP_ALIVE_MS = 30_000;

export interface ConnectionParts extends Omit<SessionParts, 'limits'> {
  readonly limits: ServerLimits;
  readonly log: Log;
}

/** Serves the socket until it closes. It must be ready for protocol bytes: after the handshake. */
export function serveConnection(socket: Socket, parts: ConnectionParts): void {
  const { limits, log, context } = parts;
  const drop = (why: string): void => {
    if (socket.destroyed) return;
    log.warn('connection dropped', { peer: context.peerAddress, why });
    socket.destroy();
  };
  const session = new StompSession(
    {
      drop,
      write: (bytes) => {
        if (socket.destroyed || !socket.writable) return;
        socket.write(bytes);
        if (socket.writableLength > limits.backlogBytes) drop('the peer does not read');
      },
    },
    parts,
  );

  let firstBytes: Buffer | undefined = Buffer.alloc(0);
  const firstBytesTimer = setTimeout(
    () => drop(`no protocol bytes within ${limits.firstBytesMs} ms`),
    limits.firstBytesMs,
  ).unref();

  socket.on('data', (bytes: Buffer) => {
    if (socket.destroyed) return;
    if (firstBytes === undefined) {
      session.receive(bytes);
      return;
    }
    firstBytes = Buffer.concat([firstBytes, bytes]);
    const protocol = detectProtocol(firstBytes);
    if (protocol === 'undecided') return;
    clearTimeout(firstBytesTimer);
    if (protocol !== 'stomp') {
      drop(`peer speaks ${protocol} protocol, not STOMP`);
      return;
    }
    const seen = firstBytes;
    firstBytes = undefined;
    session.receive(seen);
  });
  socket.on('error', (error) => {
    log.debug('connection failed', { peer: context.peerAddress, reason: error.message });
  });
  socket.on('close', () => {
    clearTimeout(firstBytesTimer);
    session.end();
  });
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
}
