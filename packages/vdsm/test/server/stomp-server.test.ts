// The server as a raw peer sees it, without TLS: frames, routing, errors, deadlines.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import {
  createVdsmServer,
  VdsmError,
  type VdsmServer,
  type VdsmServerOptions,
} from '../../src/index.js';
import { RawPeer } from '../support/raw-peer.js';
import { RecordingLog } from '../support/recording-log.js';

const servers: VdsmServer[] = [];
after(() => Promise.all(servers.map((server) => server.close())));

async function start(options: Partial<VdsmServerOptions> = {}): Promise<{
  server: VdsmServer;
  port: number;
}> {
  const server = createVdsmServer({
    host: '127.0.0.1',
    port: 0,
    log: new RecordingLog(),
    handlers: {
      'Host.ping2': () => Promise.resolve(true),
      'Host.echo': ({ message }) => Promise.resolve(message),
      'Host.getVMList': () => Promise.resolve([]),
      'VM.getStats': () => Promise.reject(new VdsmError(1, 'Virtual machine does not exist')),
      'VM.reset': () => Promise.reject(new TypeError('oops')),
    },
    ...options,
  });
  servers.push(server);
  return { server, port: await server.listen() };
}

async function subscribed(port: number, destination: string, id = 's1'): Promise<RawPeer> {
  const peer = RawPeer.connect(port);
  peer.say('CONNECT\naccept-version:1.2\n\n\0');
  peer.send('SUBSCRIBE', [
    ['destination', destination],
    ['id', id],
  ]);
  assert.equal((await peer.frame()).command, 'CONNECTED');
  return peer;
}

function ping(id: string | number, params?: unknown): Record<string, unknown> {
  return { jsonrpc: '2.0', method: 'Host.ping2', id, ...(params === undefined ? {} : { params }) };
}

describe('conversation', () => {
  test('the documented bytes of a client get the documented bytes of the server', async () => {
    const { port } = await start();
    const peer = RawPeer.connect(port);
    peer.say(
      'CONNECT\naccept-version:1.2\nheart-beat:0,24000\n\n\0' +
        'SUBSCRIBE\ndestination:21830178-6dc3-4bb0-802d-1175acd37d38\nack:auto\n' +
        'id:296b94ae-3e69-4d6d-a03a-b9b3e5bc2170\n\n\0',
    );
    await peer.frame();
    assert.equal(peer.received, 'CONNECTED\nversion:1.2\nheart-beat:24000,0\n\n\0');
    peer.received = '';
    peer.say(
      'SEND\ndestination:jms.topic.vdsm_requests\ncontent-type:application/json\n' +
        'reply-to:21830178-6dc3-4bb0-802d-1175acd37d38\novirtCorrelationId:myflow\n' +
        'content-length:159\n\n' +
        '[{"jsonrpc": "2.0", "method": "Host.getVMList", "params": {"fullStatus": false, ' +
        '"vmList": [], "onlyUUID": true}, "id": "383cfcaf-9069-40ce-88f9-cd2a239c3474"}]\0',
    );
    await peer.frame();
    const [head, body] = peer.received.split('\n\n');
    assert.equal(
      head,
      'MESSAGE\ndestination:21830178-6dc3-4bb0-802d-1175acd37d38\ncontent-type:application/json\n' +
        `subscription:296b94ae-3e69-4d6d-a03a-b9b3e5bc2170\ncontent-length:${(body?.length ?? 0) - 1}`,
    );
    assert.equal(
      body,
      '{"jsonrpc":"2.0","id":"383cfcaf-9069-40ce-88f9-cd2a239c3474","result":[]}\0',
    );
    peer.received = '';
    peer.say('DISCONNECT\nreceipt:77\n\n\0');
    await peer.frame();
    assert.equal(peer.received, 'RECEIPT\nreceipt-id:77\n\n\0');
    peer.socket.destroy();
  });

  test('a wrong version is refused, the connection stays open', async () => {
    const { port } = await start();
    const peer = RawPeer.connect(port);
    peer.say('CONNECT\naccept-version:1.1,1.2\n\n\0');
    await peer.frame();
    assert.equal(peer.received, 'ERROR\ncontent-length:19\n\nVersion unsupported\0');
    peer.say('CONNECT\naccept-version:1.2\n\n\0');
    assert.equal((await peer.frame()).command, 'CONNECTED');
    peer.socket.destroy();
  });

  test('subscriptions: missing headers, ids in use, unsubscribing', async () => {
    const { port } = await start();
    const peer = await subscribed(port, 'mine');
    peer.say('SUBSCRIBE\ndestination:x\n\n\0');
    assert.match((await peer.frame()).body.toString(), /^Missing destination or subscription id/);
    peer.say('SUBSCRIBE\ndestination:x\nid:s1\n\n\0');
    assert.equal((await peer.frame()).body.toString(), 'Subscription id already exists');
    peer.say('UNSUBSCRIBE\n\n\0');
    assert.equal((await peer.frame()).body.toString(), 'Missing id header');
    peer.say('UNSUBSCRIBE\nid:unknown\n\n\0UNSUBSCRIBE\nid:s1\n\n\0');
    peer.request(ping(1), 'mine');
    await peer.barrier();
    peer.socket.destroy();
  });

  for (const command of ['ACK', 'NACK', 'BEGIN', 'COMMIT', 'ABORT', 'DISCONNECT', 'MESSAGE']) {
    test(`a bare ${command} closes the connection`, async () => {
      const { port } = await start();
      const peer = RawPeer.connect(port);
      peer.say(`CONNECT\naccept-version:1.2\n\n\0${command}\nid:1\n\n\0`);
      await peer.closed;
    });
  }

  for (const [name, bytes] of [
    ['STOMP instead of CONNECT', 'STOMP\naccept-version:1.2\n\n\0'],
    ['HTTP', 'GET / HTTP/1.1\r\n\r\n'],
    ['a raw ":" in a value', 'SEND\ndestination:a:b\n\n\0'],
  ] as const) {
    test(`${name} closes the connection`, async () => {
      const { port } = await start();
      const peer = RawPeer.connect(port);
      peer.say(bytes);
      await peer.closed;
      assert.equal(peer.received, '');
    });
  }
});

describe('requests', () => {
  test('objects, one-element arrays, names, positions, both queues and their children', async () => {
    const { port } = await start();
    const peer = await subscribed(port, 'mine');
    const echo = { jsonrpc: '2.0', method: 'Host.echo' };
    const expected = { jsonrpc: '2.0', id: 7, result: 'hi' };
    const requests: [unknown, string?][] = [
      [{ ...echo, id: 7, params: { message: 'hi', more: 1 } }],
      [{ ...echo, id: 7, params: ['hi'] }, 'jms.topic.vdsm_irs_requests'],
      [[{ ...echo, id: 7, params: ['hi'] }], 'jms.topic.vdsm_requests.sub'],
    ];
    for (const [request, queue] of requests) {
      peer.request(request, 'mine', queue);
      assert.deepEqual(await peer.message(), expected);
    }
    peer.socket.destroy();
  });

  test('errors keep their codes', async () => {
    const { port } = await start();
    const peer = await subscribed(port, 'mine');
    const cases: [unknown, number, unknown][] = [
      [{ jsonrpc: '2.0', method: 'VM.getStats', id: 'a', params: { vmID: 'x' } }, 1, 'a'],
      [{ jsonrpc: '2.0', method: 'VM.reset', id: 'b', params: { vmID: 'x' } }, -32603, 'b'],
      [{ jsonrpc: '2.0', method: 'VM.getStats', id: 'c' }, -32602, 'c'],
      [{ jsonrpc: '2.0', method: 'VM.nonsense', id: 'd' }, -32601, 'd'],
      [{ jsonrpc: '2.0', method: 'constructor', id: 'e' }, -32601, 'e'],
      [{ jsonrpc: '2.0', method: 'VM.cont', id: 'f', params: ['x'] }, -32601, 'f'],
      [{ jsonrpc: '1.0', method: 'Host.ping2', id: 'g' }, -32600, 'g'],
      ['{', -32700, null],
    ];
    for (const [request, code, id] of cases) {
      peer.request(request, 'mine');
      const answer = await peer.message();
      assert.deepEqual(Object.keys(Object(answer)), ['jsonrpc', 'id', 'error']);
      const { error, id: idGiven } = answer as { error: { code: number }; id: unknown };
      assert.deepEqual([error.code, idGiven], [code, id]);
    }
    peer.socket.destroy();
  });

  test('notifications do nothing and harm nobody; batches are answered as a whole', async () => {
    const { port } = await start();
    const peer = await subscribed(port, 'mine');
    peer.request({ jsonrpc: '2.0', method: 'Host.ping2' }, 'mine');
    peer.request([ping(1), { jsonrpc: '2.0', method: 'Host.ping2' }, ping(2)], 'mine');
    assert.deepEqual(await peer.message(), [
      { jsonrpc: '2.0', id: 1, result: true },
      { jsonrpc: '2.0', id: 2, result: true },
    ]);
    peer.socket.destroy();
  });

  test('no reply-to, no answer; with one, every subscriber of it hears', async () => {
    const { port } = await start();
    const [one, other] = [
      await subscribed(port, 'shared', 'a'),
      await subscribed(port, 'shared', 'b'),
    ];
    one.request(ping(1), undefined);
    one.request(ping(2), 'nobody');
    one.request(ping(3), 'shared');
    for (const peer of [one, other]) {
      assert.deepEqual(await peer.message(), { jsonrpc: '2.0', id: 3, result: true });
      peer.socket.destroy();
    }
  });

  test('a slow verb does not hold up a fast one', async () => {
    let finish: (value: readonly never[]) => void = () => undefined;
    const { port } = await start({
      handlers: {
        'Host.ping2': () => Promise.resolve(true),
        'Host.getVMList': () => new Promise((resolve) => (finish = resolve)),
      },
    });
    const peer = await subscribed(port, 'mine');
    peer.request({ jsonrpc: '2.0', method: 'Host.getVMList', id: 'slow' }, 'mine');
    peer.request(ping('fast'), 'mine');
    assert.deepEqual(await peer.message(), { jsonrpc: '2.0', id: 'fast', result: true });
    finish([]);
    assert.deepEqual(await peer.message(), { jsonrpc: '2.0', id: 'slow', result: [] });
    peer.socket.destroy();
  });

  test('too many calls at once are refused with 1100, not queued', async () => {
    const { port } = await start({
      limits: { calls: 1 },
      handlers: { 'Host.ping2': () => new Promise(() => undefined) },
    });
    const peer = await subscribed(port, 'mine');
    peer.request(ping(1), 'mine');
    peer.request(ping(2), 'mine');
    const answer = (await peer.message()) as { id: number; error: { code: number } };
    assert.deepEqual([answer.id, answer.error.code], [2, 1100]);
    peer.socket.destroy();
  });
});

describe('events and other destinations', () => {
  test('events reach the subscribers of the queue, with notify_time', async () => {
    const { server, port } = await start({ monotonicS: () => 2865.2247 });
    const peer = await subscribed(port, 'jms.queue.events');
    await peer.barrier();
    server.emitEvent('|virt|VM_status|v', { v: { status: 'Up' } });
    assert.deepEqual(await peer.message(), {
      jsonrpc: '2.0',
      method: '|virt|VM_status|v',
      params: { v: { status: 'Up' }, notify_time: 2147483647 + 2865224 },
    });
    peer.socket.destroy();
  });

  test('anything else is forwarded to the prefixes of its name', async () => {
    const { port } = await start();
    const peer = await subscribed(port, 'a.b');
    peer.send('SEND', [['destination', 'a.b.c']], '{"x":1}');
    const frame = await peer.frame();
    assert.equal(frame.headers.get('destination'), 'a.b.c');
    assert.equal(frame.headers.get('subscription'), 's1');
    peer.send('SEND', [['destination', 'b']], '{}');
    assert.equal((await peer.frame()).body.toString(), 'Subscription not available');
    peer.socket.destroy();
  });
});

describe('deadlines and limits', () => {
  test('a silent peer is cut off', async () => {
    const { port } = await start({ limits: { firstBytesMs: 20 } });
    await RawPeer.connect(port).closed;
  });

  test('heart-beats: raised to the least, sent, and missed', async () => {
    const { port } = await start({ limits: { heartBeatMsMin: 30 } });
    const peer = RawPeer.connect(port);
    peer.say('CONNECT\naccept-version:1.2\nheart-beat:1,2\n\n\0');
    assert.equal((await peer.frame()).headers.get('heart-beat'), '30,30');
    await peer.closed;
    const idle = RawPeer.connect(port);
    idle.say('CONNECT\naccept-version:1.2\nheart-beat:0,1\n\n\0');
    await idle.frame();
    while (!idle.received.endsWith('\n\n\0\n\n')) {
      await new Promise((resolve) => idle.socket.once('data', resolve));
    }
    idle.socket.destroy();
  });

  test('a frame beyond the limit ends the connection', async () => {
    const { port } = await start({ limits: { frameBytes: 100 } });
    const peer = RawPeer.connect(port);
    peer.say('SEND\ncontent-length:101\n\n');
    await peer.closed;
  });

  test('a peer that does not read is cut off, others are served', async () => {
    const { server, port } = await start({ limits: { backlogBytes: 100_000 } });
    const [deaf, well] = [
      await subscribed(port, 'jms.queue.events'),
      await subscribed(port, 'mine'),
    ];
    await deaf.barrier();
    deaf.socket.pause();
    let isCutOff = false;
    void deaf.closed.then(() => {
      isCutOff = true;
    });
    const load = 'x'.repeat(100_000);
    for (let round = 0; round < 500 && !isCutOff; round += 1) {
      server.emitEvent('load', { load });
      await new Promise(setImmediate);
      // A paused socket notices the end only when it reads; the server's side is what counts.
      if (round === 400) deaf.socket.resume();
    }
    await deaf.closed;
    well.request(ping(1), 'mine');
    assert.deepEqual(await well.message(), { jsonrpc: '2.0', id: 1, result: true });
    well.socket.destroy();
  });
});
