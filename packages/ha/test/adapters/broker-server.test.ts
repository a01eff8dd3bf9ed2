import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { renderStatus, statusOfRawSlots } from '@hosted-engine/core';
import { decodeResponse, encodeCall, type XmlRpcValue } from '@hosted-engine/formats';
import type { Log, Whiteboard } from '@hosted-engine/ports';
import { type BrokerServer, listenBroker } from '../../src/adapters/broker-server.js';
import { createBrokerService } from '../../src/broker/service.js';
import type { BoardReading } from '../../src/slots.js';

const QUIET: Log = { error() {}, warn() {}, info() {}, debug() {} };
const slotOf = (byte: number): Uint8Array => new Uint8Array(4096).fill(byte);

describe('the broker socket', () => {
  const written: { id: number; bytes: Uint8Array }[] = [];
  const whiteboard: Whiteboard = {
    readSlots: async () => new Map(),
    readAll: async () => new Map(),
    writeSlot: async (id, bytes) => void written.push({ id, bytes }),
    close: async () => undefined,
  };
  let reading: BoardReading | undefined = {
    raw: new Map([
      [0, slotOf(0)],
      [2, slotOf(2)],
    ]),
    slots: { peers: [], readS: 1 },
    globalMaintenance: false,
    globalFault: undefined,
  };
  let server: BrokerServer;
  let folder: string;
  let path: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'broker-'));
    path = join(folder, 'run', 'broker.socket');
    const service = createBrokerService({
      whiteboard,
      hostId: 1,
      board: () => ({ reading, why: 'storage hangs' }),
      peers: () => new Map(),
      decision: () => undefined,
      onWritten: () => undefined,
    });
    server = await listenBroker(path, service, QUIET);
  });
  after(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  function post(body: string): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const call = request({ socketPath: path, path: '/', method: 'POST' }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      });
      call.on('error', reject);
      call.end(body);
    });
  }

  function get(url: string): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const ask = request({ socketPath: path, path: url, method: 'GET' }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      });
      ask.on('error', reject);
      ask.end();
    });
  }

  async function call(method: string, ...params: XmlRpcValue[]) {
    return decodeResponse((await post(encodeCall(method, params))).body);
  }

  test('is open to its group and closed to the world', async () => {
    assert.equal((await stat(path)).mode & 0o777, 0o660);
  });

  test('gives the raw slots by host id', async () => {
    const answer = await call('get_stats');
    assert.equal(answer.kind, 'value');
    const value = answer.kind === 'value' ? (answer.value as Record<string, Uint8Array>) : {};
    assert.deepEqual(Object.keys(value), ['0', '2']);
    assert.deepEqual(Buffer.from(value['2'] ?? []), Buffer.from(slotOf(2)));
  });

  test('tells who is alive, this host among them', async () => {
    assert.deepEqual(await call('is_host_alive'), { kind: 'value', value: [1] });
  });

  test('writes slot 0, padded to a whole slot', async () => {
    await call('put_stats', 0, new TextEncoder().encode('maintenance=1'));
    assert.equal(written[0]?.id, 0);
    assert.equal(written[0]?.bytes.length, 4096);
  });

  test("refuses to write a host's slot (I8)", async () => {
    const answer = await call('put_stats', 2, slotOf(9));
    assert.ok(answer.kind === 'fault' && /belongs to its own host/.test(answer.message));
    assert.ok(written.every(({ id }) => id === 0));
  });

  test('says why it cannot answer while the storage hangs', async () => {
    const kept = reading;
    reading = undefined;
    const answer = await call('get_stats');
    reading = kept;
    assert.ok(answer.kind === 'fault' && /storage hangs/.test(answer.message));
  });

  test('tells our own tools the slots and who is alive in one answer', async () => {
    const { status, body } = await get('/state');
    assert.equal(status, 200);
    const state = JSON.parse(body) as { slots: Record<string, string>; alive: number[] };
    assert.deepEqual(state.alive, [1]);
    assert.deepEqual(Object.keys(state.slots), ['0', '2']);
    assert.deepEqual(Buffer.from(state.slots['2'] ?? '', 'base64'), Buffer.from(slotOf(2)));
  });

  test('tells the state as --vm-status prints it', async () => {
    const view = statusOfRawSlots(reading?.raw ?? new Map(), new Set([1]));
    assert.deepEqual(await get('/status'), { status: 200, body: renderStatus(view, false) });
    assert.deepEqual(await get('/status.json'), { status: 200, body: renderStatus(view, true) });
    assert.match(renderStatus(view, false), /\(id: 2\)/);
  });

  test('has no state to tell before a host is on the whiteboard', async () => {
    const kept = reading;
    reading = kept && { ...kept, raw: new Map([[0, slotOf(0)]]) };
    const { status, body } = await get('/status.json');
    reading = kept;
    assert.equal(status, 503);
    assert.match(body, /"fault":".*no host has reported its state yet"/);
  });

  test('has no last decision before the first turn, and no other page', async () => {
    assert.deepEqual(await get('/decision'), { status: 200, body: '' });
    assert.equal((await get('/')).status, 404);
  });

  test('says in JSON as well why it cannot answer', async () => {
    const kept = reading;
    reading = undefined;
    const { status, body } = await get('/state');
    reading = kept;
    assert.equal(status, 503);
    assert.match(body, /"fault":".*storage hangs"/);
  });

  test('answers nonsense with a fault and lives on', async () => {
    const answer = decodeResponse((await post('<not-xml-rpc')).body);
    assert.equal(answer.kind, 'fault');
    assert.equal((await post('x'.repeat(70_000))).status, 413);
    assert.equal((await call('is_host_alive')).kind, 'value');
  });
});
