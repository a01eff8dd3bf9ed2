import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, test } from 'node:test';
import { createEngineProbe } from '../../src/adapters/engine-probe.js';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Serves the health page on loopback and asks it. */
async function ask(
  answer: ((body: string) => [status: number, body: string]) | 'silence',
  timeoutMs = 2000,
) {
  const page = createServer((request, response) => {
    if (answer === 'silence') return;
    const [status, body] = answer(request.url ?? '');
    response.writeHead(status).end(body);
  });
  server = page;
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
  const { port } = page.address() as AddressInfo;
  return createEngineProbe({ fqdn: '127.0.0.1', port, timeoutMs }).check();
}

test('the page with its database up is good', async () => {
  const verdict = await ask(() => [200, 'DB Up!Welcome to Health Status!']);
  assert.deepEqual(verdict, { health: 'good', why: 'DB Up!Welcome to Health Status!' });
});

test('an error status is bad even if it says DB Up', async () => {
  assert.equal((await ask(() => [500, 'DB Up!'])).health, 'bad');
});

test('a database that is down is bad, with the words of the page', async () => {
  assert.deepEqual(await ask(() => [500, 'DB Down!']), {
    health: 'bad',
    why: 'HTTP 500: DB Down!',
  });
});

test('no answer in time is bad: the liveliness check failed', async () => {
  const verdict = await ask('silence', 50);
  assert.deepEqual(verdict, { health: 'bad', why: 'no answer within 0.05 s' });
});

test('an answer that stops half-way is bad after the time-out as well', async () => {
  const page = createServer((_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('DB Up!');
  });
  server = page;
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
  const { port } = page.address() as AddressInfo;
  const verdict = await createEngineProbe({ fqdn: '127.0.0.1', port, timeoutMs: 50 }).check();
  assert.deepEqual(verdict, { health: 'bad', why: 'no answer within 0.05 s' });
});

test('nobody listens: bad', async () => {
  const verdict = await createEngineProbe({ fqdn: '127.0.0.1', port: 1 }).check();
  assert.equal(verdict.health, 'bad');
});
