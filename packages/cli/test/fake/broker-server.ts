import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeCall, encodeFault, encodeResponse, type XmlRpcValue } from '@hosted-engine/formats';

export interface FakeBroker {
  readonly socketPath: string;
  readonly slots: Map<number, Uint8Array>;
  readonly alive: number[];
  /** Answers every call with this fault. */
  fault: string | undefined;
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
      response.writeHead(200, { 'content-type': 'text/xml' });
      response.end(broker.garbage ?? answer(broker, body));
    });
  });
  const broker: FakeBroker = {
    socketPath,
    slots: new Map(),
    alive: [],
    fault: undefined,
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
