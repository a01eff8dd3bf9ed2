import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, it } from 'node:test';
import { decodeGlobalSlot, encodeGlobalSlot, encodeHostSlot } from '@hosted-engine/core';
import { decodeCall, encodeResponse, type XmlRpcValue } from '@hosted-engine/formats';
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

const broker = () =>
  createHaBroker({
    clock: new ManualClock(),
    socketPath: join(dir, 'broker.socket'),
    confPath: join(dir, 'hosted-engine.conf'),
    haConfPath: join(dir, 'state', 'ha.conf'),
  });

/** A broker that answers each method so; a method it does not know gets no answer at all. */
async function serve(answers: (method: string, params: readonly XmlRpcValue[]) => XmlRpcValue) {
  server = createServer((request, response) => {
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

it('reads score and flags of this host from the raw slots', () => {
  const slots = {
    '0': encodeGlobalSlot({ maintenance: true }),
    '1': slotOf(1, 3400, true),
    '2': slotOf(2, 3000, false),
  };
  assert.deepEqual(haStatsOf('2', slots, [1, 2]), {
    configured: true,
    active: true,
    score: 3000,
    globalMaintenance: true,
    localMaintenance: false,
  });
  assert.equal(haStatsOf('2', slots, [1]).active, false);
  assert.equal(haStatsOf('1', slots, [1]).localMaintenance, true);
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
