import { randomInt } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { NetworkProbe, ProcessRunner } from '@hosted-engine/ports';

/** `network_test` of hosted-engine.conf (ha-daemon.md 3). */
export type NetworkTest =
  | { readonly kind: 'ping'; readonly address: string }
  | { readonly kind: 'dns'; readonly resolver: string }
  | { readonly kind: 'tcp'; readonly address: string; readonly port: number }
  | { readonly kind: 'none' };

const TIMEOUT_MS = 5000;

export function createNetworkProbe(test: NetworkTest, processes: ProcessRunner): NetworkProbe {
  switch (test.kind) {
    case 'ping':
      return { test: () => ping(test.address, processes) };
    case 'dns':
      return { test: () => answersDns(test.resolver) };
    case 'tcp':
      return { test: () => accepts(test.address, test.port) };
    case 'none':
      return { test: async () => true };
  }
}

async function ping(address: string, processes: ProcessRunner): Promise<boolean> {
  const seconds = String(TIMEOUT_MS / 1000);
  const { code } = await processes.run('ping', ['-n', '-c', '1', '-W', seconds, address], {
    timeoutMs: TIMEOUT_MS + 2000,
  });
  return code === 0;
}

function accepts(host: string, port: number): Promise<boolean> {
  return withSocket(host, port, (_socket, done) => done(true));
}

/** A query for the root's name servers over TCP; any well-formed answer shows that the resolver is there. */
function answersDns(resolver: string): Promise<boolean> {
  const id = randomInt(0x10000);
  return withSocket(resolver, 53, (socket, done) => {
    socket.once('data', (answer) => done(answer.length >= 4 && answer.readUInt16BE(2) === id));
    socket.write(rootQuery(id));
  });
}

/** RFC 1035 4.1 and 4.2.2: length, header with recursion desired, one question: `. NS IN`. */
function rootQuery(id: number): Buffer {
  const question = [0, 0, 2, 0, 1];
  const header = [id >> 8, id & 0xff, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
  return Buffer.from([0, header.length + question.length, ...header, ...question]);
}

function withSocket(
  host: string,
  port: number,
  onConnect: (socket: Socket, done: (good: boolean) => void) => void,
): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const done = (good: boolean): void => {
      socket.destroy();
      resolve(good);
    };
    socket.setTimeout(TIMEOUT_MS, () => done(false));
    socket.once('error', () => done(false));
    socket.once('close', () => done(false));
    socket.once('connect', () => onConnect(socket, done));
  });
}
