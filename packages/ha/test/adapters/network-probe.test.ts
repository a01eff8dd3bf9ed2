import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { ProcessRunner } from '@hosted-engine/ports';
import { ManualClock } from '@hosted-engine/ports/fakes/manual-clock';
import { createNetworkProbe } from '../../src/adapters/network-probe.js';
import type { NetworkTarget } from '../../src/config/network-test.js';

const NO_PROCESSES: ProcessRunner = {
  run: async () => assert.fail('nothing is to be run'),
};

/** A loopback server; resolves to its port. */
async function serve(t: TestContext, onConnection: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer(onConnection);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    // A client that has its answer leaves at once.
    socket.on('error', () => undefined);
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** The share that a probe of these targets measures; the pauses between its tries pass at once. */
async function shareOf(
  targets: readonly NetworkTarget[],
  options: { processes?: ProcessRunner; dnsPort?: number; required?: number } = {},
): Promise<number> {
  const clock = new ManualClock();
  const { processes = NO_PROCESSES, dnsPort, required = 1 } = options;
  const probe = createNetworkProbe(
    { targets, required },
    {
      processes,
      clock,
      signal: new AbortController().signal,
      timeoutMs: 200,
      ...(dnsPort === undefined ? {} : { dnsPort }),
    },
  );
  const share = probe.share();
  await clock.advance(2000);
  return share;
}

const NO_ANSWER: ProcessRunner = {
  run: async () => ({ code: 1, stdout: '5 packets transmitted, 0 received\n', stderr: '' }),
};

test('tcp: a server that accepts is reached', async (t) => {
  const port = await serve(t, () => undefined);
  assert.equal(await shareOf([{ kind: 'tcp', address: '127.0.0.1', port }]), 1);
});

test('tcp: a port that refuses is not', async (t) => {
  const port = await serve(t, () => undefined);
  const free = port === 65535 ? port - 1 : port + 1;
  assert.equal(await shareOf([{ kind: 'tcp', address: '127.0.0.1', port: free }]), 0);
});

test('dns: an answer to the query, in whatever pieces, is one', async (t) => {
  const dnsPort = await serve(t, (socket) => {
    socket.on('data', (query) => {
      const answer = Buffer.from(query);
      answer.writeUInt8(0x81, 4);
      for (const byte of answer) socket.write(Buffer.from([byte]));
    });
  });
  assert.equal(await shareOf([{ kind: 'dns', resolver: '127.0.0.1' }], { dnsPort }), 1);
});

test('dns: an echo is no answer, nor is one to another query', async (t) => {
  const echo = await serve(t, (socket) => socket.pipe(socket));
  assert.equal(await shareOf([{ kind: 'dns', resolver: '127.0.0.1' }], { dnsPort: echo }), 0);
  const other = await serve(t, (socket) => {
    socket.on('data', (query) => {
      const answer = Buffer.from(query);
      answer.writeUInt16BE(answer.readUInt16BE(2) ^ 1, 2);
      answer.writeUInt8(0x81, 4);
      socket.write(answer);
    });
  });
  assert.equal(await shareOf([{ kind: 'dns', resolver: '127.0.0.1' }], { dnsPort: other }), 0);
});

test('dns: a resolver that accepts and stays silent costs no more than its time', async (t) => {
  const dnsPort = await serve(t, () => undefined);
  assert.equal(await shareOf([{ kind: 'dns', resolver: '127.0.0.1' }], { dnsPort }), 0);
});

test('none: a network that is not tested counts as there', async () => {
  assert.equal(await shareOf([], { required: 0 }), 1);
});

test('targets of different kinds: one of two that is down costs nothing', async (t) => {
  const port = await serve(t, () => undefined);
  const processes = NO_ANSWER;
  const targets: NetworkTarget[] = [
    { kind: 'ping', address: '192.0.2.1' },
    { kind: 'tcp', address: '127.0.0.1', port },
  ];
  assert.equal(await shareOf(targets, { processes }), 1);
  assert.equal(await shareOf(targets, { processes, required: 2 }), 0);
});
