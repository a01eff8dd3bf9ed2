import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, it } from 'node:test';
import { decodeGlobalSlot, encodeGlobalSlot, encodeHostSlot } from '@hosted-engine/core';
import { decodeCall, encodeResponse, type XmlRpcValue } from '@hosted-engine/formats';
import { createBrokerClient } from '@hosted-engine/platform/broker-client';
import { ManualClock } from '@hosted-engine/ports/fakes/manual-clock';
import { isVdsmError } from '@hosted-engine/vdsm';
import { createHaBroker, HA_ABSENT, haStatsOf } from '../../src/host/ha-broker.js';

let dir: string;
let server: Server | undefined;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'he-broker-'));
  await writeFile(join(dir, 'hosted-engine.conf'), 'host_id=2\n');
});
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  await rm(dir, { recursive: true });
});

const broker = (clock = new ManualClock()) =>
  createHaBroker({
    clock,
    connect: (timeoutMs) => createBrokerClient(join(dir, 'broker.socket'), timeoutMs),
    confPath: join(dir, 'hosted-engine.conf'),
    haConfPath: join(dir, 'state', 'ha.conf'),
  });

/** The original's broker, which has no JSON. It answers each method so; a method it does not know gets no answer at all. */
async function serve(answers: (method: string, params: readonly XmlRpcValue[]) => XmlRpcValue) {
  server = createServer((request, response) => {
    if (request.method === 'GET') {
      response.writeHead(501).end();
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, params } = decodeCall(Buffer.concat(chunks).toString('utf8'));
      const answer = answers(method, params);
      if (answer !== null) response.end(encodeResponse(answer));
    });
  });
  await new Promise<void>((resolve) => server?.listen(join(dir, 'broker.socket'), resolve));
}

const slotOf = (hostId: number, score: number, localMaintenance: boolean) =>
  encodeHostSlot({
    hostId,
    score,
    localMaintenance,
    hostname: 'host',
    timestampS: 100,
    timestampWallS: 1_700_000_000,
    engineStatus: undefined,
    stopped: false,
    confOnSharedStorage: true,
    vmConfRefreshS: 100,
    vmConfRefreshWallS: 1_700_000_000,
    state: 'EngineDown',
  });

const OF_HOST_2 = {
  configured: true,
  active: true,
  score: 3000,
  globalMaintenance: true,
  localMaintenance: false,
};
const SLOTS = {
  '0': encodeGlobalSlot({ maintenance: true }),
  '1': slotOf(1, 3400, true),
  '2': slotOf(2, 3000, false),
};

it('reads score and flags of this host from the raw slots', () => {
  const slots = new Map(Object.entries(SLOTS).map(([id, slot]) => [Number(id), slot]));
  const stats = (id: number, ...alive: number[]) => haStatsOf(id, { slots, alive: new Set(alive) });
  assert.deepEqual(stats(2, 1, 2), OF_HOST_2);
  assert.equal(stats(2, 1).active, false);
  assert.equal(stats(1, 1).localMaintenance, true);
});

it("asks the original's broker as well as ours", async () => {
  await serve((method) => (method === 'get_stats' ? SLOTS : [1, 2]));
  assert.deepEqual(await broker().stats(), OF_HOST_2);
  server?.close();
  server = createServer((request, response) => {
    const slots = Object.entries(SLOTS).map(([id, slot]) => [
      id,
      Buffer.from(slot).toString('base64'),
    ]);
    const state = { slots: Object.fromEntries(slots), alive: [1, 2] };
    response.end(request.url === '/state' ? JSON.stringify(state) : undefined);
  });
  await new Promise<void>((resolve) => server?.listen(join(dir, 'broker.socket'), resolve));
  assert.deepEqual(await broker().stats(), OF_HOST_2);
});

it('asks once for all who want to know within ten seconds', async () => {
  let asked = 0;
  await serve((method) => {
    if (method === 'get_stats') asked += 1;
    return method === 'get_stats' ? SLOTS : [1, 2];
  });
  const clock = new ManualClock();
  const one = broker(clock);
  await Promise.all([one.stats(), one.stats()]);
  await clock.advance(10_000);
  await one.stats();
  assert.equal(asked, 1);
  await clock.advance(1000);
  await one.stats();
  assert.equal(asked, 2);
});

it('without a deployment, a daemon or an answer in time everything is false and 0', async () => {
  assert.deepEqual(await broker().stats(), { ...HA_ABSENT, configured: true });
  await serve(() => null);
  const began = performance.now();
  assert.deepEqual(await broker().stats(), { ...HA_ABSENT, configured: true });
  assert.ok(performance.now() - began < 3000);
  await rm(join(dir, 'hosted-engine.conf'));
  assert.deepEqual(await broker().stats(), HA_ABSENT);
  assert.equal(await broker().isDeployed(), false);
});

it('GLOBAL writes slot 0 through the broker', async () => {
  let written: readonly XmlRpcValue[] = [];
  await serve((_method, params) => {
    written = params;
    return true;
  });
  await broker().setMaintenance('global', true);
  const [id, slot] = written;
  assert.equal(id, 0);
  assert.ok(slot instanceof Uint8Array);
  assert.deepEqual(decodeGlobalSlot(slot), { kind: 'global', maintenance: true });
});

it('LOCAL edits ha.conf, daemon or not', async () => {
  await broker().setMaintenance('LOCAL', true);
  const path = join(dir, 'state', 'ha.conf');
  assert.match(await readFile(path, 'utf8'), /^local_maintenance=True$/m);
  await broker().setMaintenance('LOCAL', false);
  assert.match(await readFile(path, 'utf8'), /^local_maintenance=False$/m);
});

it('refuses with 40 without an HA daemon, with 61 for a mode it does not know', async () => {
  await assert.rejects(broker().setMaintenance('GLOBAL', true), (e) => isVdsmError(e, 40));
  await assert.rejects(broker().setMaintenance('SOLAR', true), (e) => isVdsmError(e, 61));
});
