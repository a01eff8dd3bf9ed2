import { randomInt } from 'node:crypto';
import { promises as dns } from 'node:dns';
import { connect, type Socket } from 'node:net';
import type { Clock, NetworkProbe, ProcessRunner } from '@hosted-engine/ports';
import type { NetworkTarget, NetworkTest } from '../config/network-test.js';
import { allTargets, shareOfTries } from '../monitors/network.js';
import { createPingProbe } from './ping-probe.js';

export interface NetworkProbeOptions {
  readonly processes: ProcessRunner;
  readonly clock: Clock;
  /** Ends what runs on between the measurements. */
  readonly signal: AbortSignal;
  /** What one try waits for its answer. @default 5000 */
  readonly timeoutMs?: number;
  /** Where resolvers listen. @default 53 */
  readonly dnsPort?: number;
}

const TIMEOUT_MS = 5000;
const DNS_PORT = 53;

export function createNetworkProbe(test: NetworkTest, options: NetworkProbeOptions): NetworkProbe {
  const probes = test.targets.map((target) => probeOf(target, options));
  return allTargets(probes, test.required);
}

function probeOf(target: NetworkTarget, options: NetworkProbeOptions): NetworkProbe {
  const { clock, timeoutMs = TIMEOUT_MS, dnsPort = DNS_PORT } = options;
  switch (target.kind) {
    case 'ping':
      return createPingProbe(target.address, { ...options, timeoutMs });
    case 'dns': {
      const test = () => someResolverAnswers(target.resolver, dnsPort, timeoutMs);
      return { share: () => shareOfTries(test, clock) };
    }
    case 'tcp': {
      const test = () => accepts(target.address, target.port, timeoutMs);
      return { share: () => shareOfTries(test, clock) };
    }
  }
}

function accepts(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return withSocket({ host, port, timeoutMs }, (_socket, done) => done(true));
}

/** The resolver named, or any of those that this host is configured with, asked anew each time. */
async function someResolverAnswers(
  resolver: string | undefined,
  port: number,
  timeoutMs: number,
): Promise<boolean> {
  const servers = resolver === undefined ? new dns.Resolver().getServers() : [resolver];
  const answers = await Promise.all(
    servers.map((host) => answersDns({ host: plainAddress(host), port, timeoutMs })),
  );
  return answers.includes(true);
}

/** Resolvers are listed as `[address]:port` when their port is not 53. */
function plainAddress(server: string): string {
  return /^\[(.+)\]/.exec(server)?.[1] ?? (/^([\d.]+):\d+$/.exec(server)?.[1] || server);
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
}

/** A query for the root's name servers over TCP; any answer to it shows that the resolver is there. */
function answersDns(place: Place): Promise<boolean> {
  const id = randomInt(0x10000);
  return withSocket(place, (socket, done) => {
    let answer = Buffer.alloc(0);
    socket.on('data', (piece) => {
      answer = Buffer.concat([answer, piece]);
      if (answer.length >= 5) done(isAnswerTo(id, answer));
    });
    socket.write(rootQuery(id));
  });
}

/** RFC 1035 4.1 and 4.2.2: length, header with recursion desired, one question: `. NS IN`. */
function rootQuery(id: number): Buffer {
  const question = [0, 0, 2, 0, 1];
  const header = [id >> 8, id & 0xff, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
  return Buffer.from([0, header.length + question.length, ...header, ...question]);
}

/** The same id, and the bit that marks a response. */
function isAnswerTo(id: number, message: Buffer): boolean {
  return message.readUInt16BE(2) === id && (message.readUInt8(4) & 0x80) !== 0;
}

function withSocket(
  { host, port, timeoutMs }: Place,
  onConnect: (socket: Socket, done: (good: boolean) => void) => void,
): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    // Not the socket's own time-out: that begins anew with each byte.
    const timer = setTimeout(() => done(false), timeoutMs);
    const done = (good: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(good);
    };
    socket.once('error', () => done(false));
    socket.once('close', () => done(false));
    socket.once('connect', () => onConnect(socket, done));
  });
}
