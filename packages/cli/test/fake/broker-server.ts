import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderStatus, statusOfRawSlots } from '@hosted-engine/core/whiteboard';
import { decodeCall, encodeFault, encodeResponse, type XmlRpcValue } from '@hosted-engine/formats';

export interface FakeBroker {
  readonly socketPath: string;
  readonly slots: Map<number, Uint8Array>;
  readonly alive: number[];
  /** Answers every call with this fault. */
  fault: string | undefined;
  /** Speaks XML-RPC only, as the original. */
  isLegacy: boolean;
  /** The last decision, as a line of the journal. */
  decision: string;
  /** Answers every call with this text. */
  garbage: string | undefined;
  close(): Promise<void>;
}

/** A broker on a socket of its own, which remembers what it is given. */
export async function startFakeBroker(): Promise<FakeBroker> {
  const directory = await mkdtemp(join(tmpdir(), 'broker-'));
  const socketPath = join(directory, 'broker.socket');
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      if (request.method === 'GET' && !broker.isLegacy) {
        const { status, text } = answerGet(broker, request.url ?? '');
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(broker.garbage ?? text);
        return;
      }
      if (request.method === 'GET') {
        response.writeHead(501).end();
        return;
      }
      response.writeHead(200, { 'content-type': 'text/xml' });
      response.end(broker.garbage ?? answer(broker, body));
    });
  });
  const broker: FakeBroker = {
    socketPath,
    slots: new Map(),
    alive: [],
    fault: undefined,
    isLegacy: false,
    decision: '',
    garbage: undefined,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true, force: true });
    },
  };
  server.listen(socketPath);
  await once(server, 'listening');
  return broker;
}

function answerGet(broker: FakeBroker, url: string): { status: number; text: string } {
  if (broker.fault !== undefined) {
    return { status: 503, text: JSON.stringify({ fault: broker.fault }) };
  }
  if (url === '/decision') return { status: 200, text: broker.decision };
  if (url.startsWith('/status')) {
    const view = statusOfRawSlots(broker.slots, new Set(broker.alive));
    return { status: 200, text: renderStatus(view, url === '/status.json') };
  }
  const slots = Object.fromEntries(
    [...broker.slots].map(([id, slot]) => [String(id), Buffer.from(slot).toString('base64')]),
  );
  return { status: 200, text: JSON.stringify({ slots, alive: broker.alive }) };
}

function answer(broker: FakeBroker, body: string): string {
  if (broker.fault !== undefined) return encodeFault(1, broker.fault);
  const { method, params } = decodeCall(body);
  return encodeResponse(serve(broker, method, params));
}

function serve(broker: FakeBroker, method: string, params: readonly XmlRpcValue[]): XmlRpcValue {
  switch (method) {
    case 'get_stats':
      return Object.fromEntries([...broker.slots].map(([id, slot]) => [String(id), slot]));
    case 'is_host_alive':
      return broker.alive;
    case 'put_stats': {
      const [id, slot] = params;
      if (typeof id !== 'number' || !(slot instanceof Uint8Array)) throw new Error('bad put_stats');
      broker.slots.set(id, slot);
      return true;
    }
    default:
      throw new Error(`no method ${method}`);
  }
}
