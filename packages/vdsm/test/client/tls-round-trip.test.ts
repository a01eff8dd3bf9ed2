// Client and server over real TLS on loopback, with certificates of a CA of our own.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp, createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { createCa, issueEngineClientCertificate, issueHostCertificate } from '@hosted-engine/pki';
import { HeError } from '@hosted-engine/ports';
import {
  createVdsmServer,
  type TlsFiles,
  VdsmClient,
  VdsmError,
  type VdsmEvent,
  type VdsmServer,
} from '../../src/index.js';
import { RecordingLog } from '../support/recording-log.js';

interface World {
  readonly server: VdsmServer;
  readonly port: number;
  readonly host: TlsFiles;
  readonly engine: TlsFiles;
  readonly stranger: TlsFiles;
  readonly log: RecordingLog;
}

let world: World;
const release: (() => void)[] = [];

before(async () => {
  const [ca, other] = await Promise.all([createCa(), createCa()]);
  const hostPair = await issueHostCertificate(ca, { commonName: 'host1.lab.test' });
  const enginePair = await issueEngineClientCertificate(ca, { fqdn: 'engine.lab.test' });
  const strangerPair = await issueHostCertificate(other, { commonName: 'host1.lab.test' });
  const files = (pair: { certificatePem: string; keyPem: string }): TlsFiles => ({
    ca: ca.certificatePem,
    cert: pair.certificatePem,
    key: pair.keyPem,
  });
  const log = new RecordingLog();
  const server = createVdsmServer({
    host: '127.0.0.1',
    port: 0,
    tls: files(hostPair),
    log,
    handlers: {
      'Host.ping2': () => Promise.resolve(true),
      'Host.echo': ({ message }) => Promise.resolve(message),
      'Host.getVMList': () => new Promise((resolve) => release.push(() => resolve([]))),
      'VM.getStats': ({ vmID }) =>
        Promise.reject(new VdsmError(1, `Virtual machine does not exist: ${vmID}`)),
    },
  });
  const port = await server.listen();
  const host = files(hostPair);
  world = {
    server,
    port,
    host,
    log,
    engine: files(enginePair),
    stranger: { ...files(strangerPair), ca: ca.certificatePem },
  };
});
after(() => world.server.close());

function connect(tls: TlsFiles | undefined = world.engine): Promise<VdsmClient> {
  return VdsmClient.connect({ host: '127.0.0.1', port: world.port, tls });
}

function isUnreachable(thrown: unknown): boolean {
  return thrown instanceof HeError && thrown.code === 'HE_HOSTD_UNREACHABLE';
}

describe('calls', () => {
  test('engine and host get answers and errors', async () => {
    for (const tls of [world.engine, world.host]) {
      const client = await connect(tls);
      assert.equal(await client.call('Host.ping2', {}), true);
      await assert.rejects(
        client.call('VM.getStats', { vmID: 'v' }),
        (thrown) => thrown instanceof VdsmError && thrown.code === 1,
      );
      await client.close();
    }
  });

  test('hundreds of slow and fast calls on several connections find their callers', async () => {
    const clients = await Promise.all([connect(), connect(), connect()]);
    const slow = clients.map((client) => client.call('Host.getVMList', {}));
    const texts = Array.from({ length: 300 }, (_, index) => `${index} ${'ž'.repeat(index * 10)}`);
    const echoed = await Promise.all(
      texts.map((message, index) => clients[index % 3]?.call('Host.echo', { message })),
    );
    assert.deepEqual(echoed, texts);
    while (release.length < 3) await new Promise(setImmediate);
    for (const finish of release.splice(0)) finish();
    assert.deepEqual(await Promise.all(slow), [[], [], []]);
    await Promise.all(clients.map((client) => client.close()));
  });

  test('a large value passes', async () => {
    const client = await connect();
    const message = 'x'.repeat(3_000_000);
    assert.equal((await client.call('Host.echo', { message })).length, message.length);
    await client.close();
  });

  test('a time-out or an abort ends the wait only', async () => {
    const client = await connect();
    await assert.rejects(client.call('Host.getVMList', {}, { timeoutMs: 20 }), isUnreachable);
    const abort = new AbortController();
    const call = client.call('Host.getVMList', {}, { signal: abort.signal });
    abort.abort();
    await assert.rejects(
      call,
      (thrown) => thrown instanceof HeError && thrown.code === 'HE_ABORTED',
    );
    for (const finish of release.splice(0)) finish();
    assert.equal(await client.call('Host.ping2', {}), true);
    await client.close();
  });
});

describe('events', () => {
  test('come to every listener until it stops listening', async () => {
    const client = await connect();
    const seen: VdsmEvent[] = [];
    const stop = client.onEvent((event) => seen.push(event));
    const first = new Promise<VdsmEvent>((resolve) => client.onEvent(resolve));
    await client.call('Host.ping2', {});
    world.server.emitEvent('|virt|VM_status|v', { v: { status: 'Down', exitCode: 0 } });
    const event = await first;
    assert.deepEqual(event.params['v'], { status: 'Down', exitCode: 0 });
    assert.equal(typeof event.params['notify_time'], 'number');
    stop();
    world.server.emitEvent('|net|host_conn|no_id', {});
    await client.call('Host.ping2', {});
    assert.deepEqual(seen, [event]);
    await client.close();
  });
});

describe('refusals and losses', () => {
  test('another CA, no certificate and no TLS are refused, and logged', async () => {
    await assert.rejects(connect(world.stranger), isUnreachable);
    const anonymous = VdsmClient.connect({
      host: '127.0.0.1',
      port: world.port,
      tls: { ...world.engine, ca: world.engine.ca, cert: '', key: '' },
    });
    await assert.rejects(anonymous);
    const plain = VdsmClient.connect({ host: '127.0.0.1', port: world.port, tls: undefined });
    await assert.rejects(plain, isUnreachable);
    assert.ok(world.log.lines.some((line) => line.includes('TLS handshake failed')));
  });

  test('the client refuses a server of another CA', async () => {
    const stranger = await createCa();
    const tls = { ...world.engine, ca: stranger.certificatePem };
    await assert.rejects(connect(tls), isUnreachable);
  });

  test('who does not shake hands is cut off', async () => {
    // A server of its own: a busy machine may need longer than this for an honest handshake.
    const server = createVdsmServer({
      host: '127.0.0.1',
      port: 0,
      tls: world.host,
      log: new RecordingLog(),
      limits: { handshakeMs: 20 },
      handlers: {},
    });
    const socket = connectTcp(await server.listen(), '127.0.0.1');
    socket.resume().on('error', () => undefined);
    await once(socket, 'close');
    await server.close();
  });

  test('nobody listens, or somebody who never answers', async () => {
    const mute = createServer((socket) => socket.on('error', () => undefined).resume());
    mute.listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const address = mute.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const options = { host: '127.0.0.1', port, tls: undefined, connectTimeoutMs: 30 };
    await assert.rejects(VdsmClient.connect(options), isUnreachable);
    const signal = AbortSignal.abort();
    await assert.rejects(
      VdsmClient.connect({ ...options, signal }),
      (thrown) => thrown instanceof HeError && thrown.code === 'HE_ABORTED',
    );
    mute.close();
    await once(mute, 'close');
    await assert.rejects(VdsmClient.connect(options), isUnreachable);
  });

  test('a lost connection rejects every pending call and says so once', async () => {
    const server = createVdsmServer({
      host: '127.0.0.1',
      port: 0,
      log: new RecordingLog(),
      handlers: { 'Host.ping2': () => new Promise(() => undefined) },
    });
    const port = await server.listen();
    const client = await VdsmClient.connect({ host: '127.0.0.1', port, tls: undefined });
    const reasons: string[] = [];
    client.onClose((reason) => reasons.push(reason.code));
    const calls = [client.call('Host.ping2', {}), client.call('Host.ping2', {})];
    const settled = Promise.allSettled(calls);
    await server.close();
    for (const call of await settled) {
      assert.ok(call.status === 'rejected' && isUnreachable(call.reason));
    }
    assert.deepEqual(reasons, ['HE_HOSTD_UNREACHABLE']);
    await assert.rejects(client.call('Host.ping2', {}), isUnreachable);
    await client.close();
  });
});
