import { chmod, mkdir, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { decodeCall, encodeFault, encodeResponse } from '@hosted-engine/formats';
import { type Log, messageOf } from '@hosted-engine/ports';
import type { BrokerService } from '../broker/service.js';

const BODY_MAX = 64 * 1024;
const JSON_TYPE = 'application/json';

export interface BrokerServer {
  close(): Promise<void>;
}

/** XML-RPC and our own JSON over HTTP on a Unix socket, for root and the socket's group only (house.md 8). */
export async function listenBroker(
  path: string,
  service: BrokerService,
  log: Log,
): Promise<BrokerServer> {
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  const server = createServer((request, response) => {
    answer(request, response, service).catch((error: unknown) => {
      log.warn(`broker socket: ${messageOf(error)}`);
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o660);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  service: BrokerService,
): Promise<void> {
  if (request.method === 'GET') {
    get(request.url ?? '', response, service);
    return;
  }
  if (request.method !== 'POST') {
    response.writeHead(405, { allow: 'GET, POST' }).end();
    return;
  }
  const body = await readBody(request);
  if (body === undefined) {
    response.writeHead(413, { connection: 'close' }).end();
    return;
  }
  let text: string;
  try {
    const call = decodeCall(body);
    text = encodeResponse(await service.call(call.method, call.params));
  } catch (error) {
    text = encodeFault(1, messageOf(error));
  }
  response.writeHead(200, { 'content-type': 'text/xml' }).end(text);
}

interface Page {
  readonly type: string;
  readonly text: (service: BrokerService) => string;
}

/** For our own tools. */
const PAGES: Readonly<Partial<Record<string, Page>>> = {
  '/state': { type: JSON_TYPE, text: (service) => JSON.stringify(service.state()) },
  '/decision': { type: JSON_TYPE, text: (service) => service.decision() },
  '/status': { type: 'text/plain; charset=utf-8', text: (service) => service.status(false) },
  '/status.json': { type: JSON_TYPE, text: (service) => service.status(true) },
};

/** A fault is a 503 with its words as JSON. */
function get(url: string, response: ServerResponse, service: BrokerService): void {
  const page = PAGES[url];
  if (page === undefined) {
    response.writeHead(404).end();
    return;
  }
  try {
    const text = page.text(service);
    response.writeHead(200, { 'content-type': page.type }).end(text);
  } catch (error) {
    const fault = JSON.stringify({ fault: messageOf(error) });
    response.writeHead(503, { 'content-type': JSON_TYPE }).end(fault);
  }
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
