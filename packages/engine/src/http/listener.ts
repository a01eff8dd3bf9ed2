// Between Node's HTTP servers and the routes: limits, and the traps that real clients are.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { BodyTooLarge, type Handler, type HttpReply, parseTarget, textReply } from './exchange.js';

export interface ListenOptions {
  readonly handler: Handler;
  /** 0 picks a free one. */
  readonly port: number;
  /** @default all addresses of both families */
  readonly host?: string | undefined;
  /** PEM texts; undefined means plain HTTP. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

export interface HttpListener {
  readonly port: number;
  /** Stops accepting, lets answers in progress end for a moment, then cuts. */
  close(): Promise<void>;
}

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const CONNECTIONS_MAX = 512;
const CLOSE_GRACE_MS = 2_000;

/** Resolves once it accepts connections; rejects when it cannot. */
export async function listen(options: ListenOptions): Promise<HttpListener> {
  const { handler, tls } = options;
  const answer = (message: IncomingMessage, response: ServerResponse): void => {
    void respond(message, response, handler, tls !== undefined);
  };
  const limits = { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS };
  const server: Server =
    tls === undefined
      ? createServer(limits, answer)
      : createSecureServer(
          { ...limits, cert: tls.certificate, key: tls.key, minVersion: 'TLSv1.2' },
          answer,
        );
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port, host: options.host }, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => closeServer(server),
  };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

async function respond(
  message: IncomingMessage,
  response: ServerResponse,
  handler: Handler,
  isSecure: boolean,
): Promise<void> {
  const method = message.method ?? 'GET';
  const target = parseTarget(message.url ?? '/');
  const reply =
    target === undefined
      ? textReply(400, 'text/plain;charset=UTF-8', 'Malformed request target\n')
      : await handler({
          method,
          ...target,
          isSecure,
          header: (name) => headerOf(message, name),
          body: (sizeMax) => readBody(message, sizeMax),
        });
  send(message, response, reply);
}

/**
 * A body that was announced but not read ends the connection with the answer. libgovirt announces
 * a body with GET and, when it repeats the request after a 401, never sends it.
 */
function send(message: IncomingMessage, response: ServerResponse, reply: HttpReply): void {
  const body = Buffer.from(reply.body);
  const isBodyLeft = hasBody(message) && !message.complete;
  response.writeHead(reply.status, {
    ...reply.headers,
    'content-length': String(body.length),
    'x-content-type-options': 'nosniff',
    ...(isBodyLeft || isReadWithBody(message) ? { connection: 'close' } : {}),
  });
  response.end(message.method === 'HEAD' ? undefined : body);
}

function isReadWithBody(message: IncomingMessage): boolean {
  return hasBody(message) && (message.method === 'GET' || message.method === 'HEAD');
}

function hasBody(message: IncomingMessage): boolean {
  const length = message.headers['content-length'];
  return (
    message.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
  );
}

function headerOf(message: IncomingMessage, name: string): string | undefined {
  const value = message.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

async function readBody(message: IncomingMessage, sizeMax: number): Promise<Uint8Array> {
  if (Number(message.headers['content-length'] ?? 0) > sizeMax) throw new BodyTooLarge(sizeMax);
  const chunks: Buffer[] = [];
  let size = 0;
  // Not `for await`: leaving it early would destroy the socket, and the answer with it.
  await new Promise<void>((resolve, reject) => {
    message.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > sizeMax) {
        message.pause();
        reject(new BodyTooLarge(sizeMax));
      } else chunks.push(chunk);
    });
    message.once('end', resolve);
    message.once('error', reject);
    message.once('close', () => reject(new Error('the client went away')));
  });
  return Buffer.concat(chunks);
}
