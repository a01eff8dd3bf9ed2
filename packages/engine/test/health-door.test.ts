// Real sockets: what is the door's own to answer, and that the HTTP server gets all else as it came.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import type { HttpReply, HttpRequest } from '../src/http/exchange.js';
import { textReply } from '../src/http/exchange.js';
import { type DoorOptions, openDoor } from '../src/http/health-door.js';
import { type HttpListener, listen } from '../src/http/listener.js';

const PAGE = '/health';
let listener: HttpListener;
let passedOn: string[];

beforeEach(async () => {
  passedOn = [];
  listener = await listen({
    host: '127.0.0.1',
    port: 0,
    quickAnswer: (path) => (path === PAGE ? textReply(200, 'text/plain', 'Güt') : undefined),
    handler: async (request: HttpRequest) => {
      const body = Buffer.from(await request.body(100_000)).toString();
      passedOn.push(`${request.method} ${request.path} ${body.length}`);
      return textReply(200, 'text/plain', 'from the server');
    },
  });
});
afterEach(() => listener.close());

async function open(): Promise<{ socket: Socket; whole: Promise<string> }> {
  const socket = connect(listener.port, '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  await once(socket, 'connect');
  return { socket, whole: once(socket, 'close').then(() => text) };
}

async function say(...parts: readonly string[]): Promise<string> {
  const { socket, whole } = await open();
  socket.setNoDelay();
  for (const part of parts) await new Promise((written) => socket.write(part, written));
  return whole;
}

test('the page that it knows is answered, to the letter, and the connection closed', async () => {
  const answer = await say(`GET ${PAGE} HTTP/1.1\r\nHost: engine\r\n\r\n`);
  const [head = '', body] = answer.split('\r\n\r\n');
  assert.equal(body, 'Güt');
  const [status, ...lines] = head.split('\r\n');
  assert.equal(status, 'HTTP/1.1 200 OK');
  assert.deepEqual(
    lines.filter((line) => !line.startsWith('date: ')),
    [
      'content-type: text/plain',
      'content-length: 4',
      'x-content-type-options: nosniff',
      'connection: close',
    ],
  );
  const date = lines.find((line) => line.startsWith('date: '))?.slice('date: '.length) ?? '';
  assert.equal(new Date(date).toUTCString(), date);
  assert.deepEqual(passedOn, []);
});

const OTHERS: readonly (readonly [string, readonly string[], string])[] = [
  ['another path', ['GET /other HTTP/1.1\r\n'], 'GET /other 0'],
  ['another method', [`HEAD ${PAGE} HTTP/1.1\r\n`], `HEAD ${PAGE} 0`],
  ['a query', [`GET ${PAGE}?x=1 HTTP/1.1\r\n`], `GET ${PAGE} 0`],
  ['the page in two pieces', [`GET ${PAGE} HT`, 'TP/1.1\r\n'], `GET ${PAGE} 0`],
];
for (const [what, [first = '', rest = ''], seen] of OTHERS) {
  test(`${what} is left to the server, whole`, async () => {
    const { socket, whole } = await open();
    socket.setNoDelay();
    socket.write(first);
    if (rest !== '') {
      // The server accepts and reads in two turns of this process' loop: then the rest comes by itself.
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      socket.write(rest);
    }
    socket.write('Host: engine\r\nConnection: close\r\n\r\n');
    assert.match(await whole, /^HTTP\/1\.1 200 OK\r\n/);
    assert.deepEqual(passedOn, [seen]);
  });
}

test('a body that comes with its head arrives whole, and so does what comes later', async () => {
  const body = 'x'.repeat(50_000);
  const head = `POST /other HTTP/1.1\r\nHost: engine\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
  assert.match(await say(head + body.slice(0, 10), body.slice(10)), /from the server$/);
  assert.deepEqual(passedOn, ['POST /other 50000']);
});

test('a connection that was passed on is kept open, and further questions are answered', async () => {
  const { socket, whole } = await open();
  socket.write('GET /other HTTP/1.1\r\nHost: engine\r\n\r\n');
  await once(socket, 'data');
  socket.write(`GET ${PAGE} HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n`);
  await whole;
  assert.deepEqual(passedOn, ['GET /other 0', `GET ${PAGE} 0`]);
});

test('closing hangs up on who has asked nothing yet', async () => {
  const { whole } = await open();
  await listener.close();
  assert.equal(await whole, '');
});

/** A server of its own behind a door. */
async function serve(
  server: Server,
  options: DoorOptions,
): Promise<{ readonly port: number; end(): Promise<unknown> }> {
  const door = openDoor(server, options);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    end() {
      door.close();
      server.close();
      return once(server, 'close');
    },
  };
}

test('who says nothing is hung up on; who was passed on is the server’s', async () => {
  const server = createServer((_request, response) => void response.end('late'));
  const { port, end } = await serve(server, {
    answer: () => undefined,
    silenceMs: 50,
    nowMs: () => 0,
  });
  const silent = connect(port, '127.0.0.1').resume();
  const asking = connect(port, '127.0.0.1').setEncoding('utf8');
  asking.write('GET /other HT');
  await once(silent, 'close');
  asking.write('TP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n');
  const [answer] = await once(asking, 'data');
  assert.match(String(answer), /^HTTP\/1\.1 200 OK\r\n/);
  await end();
});

test('a reply is kept for a second, and for the very same request only', async () => {
  let asked = 0;
  let nowMs = 5000;
  const answer = (): HttpReply => {
    asked += 1;
    return textReply(200, 'text/plain', `answer ${asked}`);
  };
  const { port, end } = await serve(createServer(), {
    answer,
    silenceMs: 1000,
    nowMs: () => nowMs,
  });
  const get = async (host: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    socket.write(`GET ${PAGE} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    let text = '';
    for await (const part of socket) text += part;
    return text.slice(text.indexOf('\r\n\r\n') + 4);
  };
  assert.equal(await get('a'), 'answer 1');
  nowMs += 999;
  assert.equal(await get('a'), 'answer 1');
  assert.equal(await get('b'), 'answer 2');
  nowMs += 1;
  assert.equal(await get('b'), 'answer 3');
  assert.equal(await get('a'), 'answer 4');
  await end();
});

/** Names of hosts, and how often each is repeated: one is too long to be kept. */
const FLOOD: readonly (readonly [string, number])[] = [
  ['long', 500],
  ...Array.from({ length: 80 }, (_none, index) => [`h${index}`, 1] as const),
];

test('of a flood of different requests no more than some are kept', async () => {
  let asked = 0;
  const answer = (): HttpReply => {
    asked += 1;
    return textReply(200, 'text/plain', 'fine');
  };
  const { port, end } = await serve(createServer(), { answer, silenceMs: 1000, nowMs: () => 0 });
  for (const [host, times] of [...FLOOD, ...FLOOD]) {
    const socket = connect(port, '127.0.0.1').resume();
    socket.write(`GET ${PAGE} HTTP/1.1\r\nHost: ${host.repeat(times)}\r\n\r\n`);
    await once(socket, 'close');
  }
  // 64 of the short ones were kept, the long one never.
  assert.equal(asked, 2 * FLOOD.length - 64);
  await end();
});
