import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { HeError, messageOf } from '@hosted-engine/ports';
import type { TlsFiles } from './vdsm-caller.js';

/** Finds out about a host that lost its power while nothing is sent. */
const KEEP_ALIVE_MS = 30_000;

export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * Connects, and with `tls` shakes hands. The server's chain is checked, its name is not: VDSM's
 * certificates are known by their CA alone.
 *
 * @throws HeError HE_HOSTD_UNREACHABLE, or HE_ABORTED when the caller gave up
 */
export function openSocket(
  address: Address,
  tls: TlsFiles | undefined,
  deadline: AbortSignal,
  callerSignal: AbortSignal | undefined,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket =
      tls === undefined
        ? connectTcp(address)
        : connectTls({
            ...address,
            ca: tls.ca,
            cert: tls.cert,
            key: tls.key,
            rejectUnauthorized: true,
            checkServerIdentity: () => undefined,
          });
    const signal =
      callerSignal === undefined ? deadline : AbortSignal.any([deadline, callerSignal]);
    const settle = (): void => signal.removeEventListener('abort', onAbort);
    const onAbort = (): void => {
      settle();
      socket.destroy();
      reject(callerSignal?.aborted ? aborted() : unreachable(address, 'no connection in time'));
    };
    const onError = (error: Error): void => {
      settle();
      reject(unreachable(address, messageOf(error), error));
    };
    signal.addEventListener('abort', onAbort);
    // It stays: an error between this promise and the next listener must not go unheard.
    socket.on('error', onError);
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      settle();
      socket.setNoDelay(true);
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      resolve(socket);
    });
    if (signal.aborted) onAbort();
  });
}

export function unreachable(address: Address, why: string, cause?: unknown): HeError {
  return new HeError(
    'HE_HOSTD_UNREACHABLE',
    `host daemon at ${address.host}:${address.port}: ${why}`,
    {
      remedy: 'Check that vdsmd.service runs there and that both certificates are of the same CA.',
      cause,
    },
  );
}

export function aborted(): HeError {
  return new HeError('HE_ABORTED', 'given up waiting for the host daemon');
}
