import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { after, before, describe, test } from 'node:test';
import {
  type Credentials,
  createCa,
  createCsr,
  isIssuedBy,
  issueEngineServerCertificate,
  signCsr,
} from '@hosted-engine/pki';
import { createEngineConnector } from '../../src/adapters/engine-client.js';

const FQDN = 'engine.lab.test';
const PASSWORD = 'p w:ö"<&';
const HEALTHY = 'DB Up!Welcome to Health Status!';

/** An engine as engine-api describes it, as far as set-up talks to it. */
class EngineServer {
  readonly hosts = new Map<string, { name: string; address: string; status: string }>();
  readonly requests: string[] = [];
  /** Of its cluster. */
  cpu: string | undefined;
  health = { status: 200, body: HEALTHY };
  ca: Credentials | undefined;
  httpPort = 0;
  httpsPort = 0;
  readonly #servers: Server[] = [];

  async start(): Promise<void> {
    this.ca = await createCa();
    const server = await issueEngineServerCertificate(this.ca, { fqdn: FQDN });
    const https = createHttpsServer(
      { cert: server.certificatePem, key: server.keyPem },
      this.#answerTrusted,
    );
    const http = createHttpServer(this.#answerPlain);
    this.httpPort = await listen(http);
    this.httpsPort = await listen(https);
    this.#servers.push(http, https);
  }

  async stop(): Promise<void> {
    for (const server of this.#servers) {
      server.close();
      await once(server, 'close');
    }
  }

  get ports() {
    return { http: this.httpPort, https: this.httpsPort, address: '127.0.0.1' };
  }

  readonly #answerPlain: RequestListener = (request, response) => {
    this.requests.push(`http ${request.method} ${request.url} ${request.headers.host}`);
    if (request.url === '/ovirt-engine/services/health') {
      response.writeHead(this.health.status).end(this.health.body);
    } else if (request.url?.startsWith('/ovirt-engine/services/pki-resource?') === true) {
      response.end(this.ca?.certificatePem);
    } else {
      response.writeHead(404).end();
    }
  };

  readonly #answerTrusted: RequestListener = async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { method, url = '' } = request;
    this.requests.push(`https ${method} ${url} ${request.headers['content-type'] ?? ''}`);
    const expected = Buffer.from(`admin@internal:${PASSWORD}`).toString('base64');
    if (request.headers.authorization !== `Basic ${expected}`) {
      response.writeHead(401).end('<html>no</html>');
    } else if (method === 'POST' && url === '/ovirt-engine/services/host-enroll') {
      response.end(await signCsr(this.ca as Credentials, body));
    } else if (method === 'POST') {
      this.#add(body, response);
    } else if (url.startsWith('/ovirt-engine/api/hosts?search=')) {
      response.end(`<hosts>${[...this.hosts.keys()].map((id) => this.#xml(id)).join('')}</hosts>`);
    } else if (url.startsWith('/ovirt-engine/api/clusters')) {
      this.#answerClusters(method === 'PUT' ? body : undefined, response);
    } else {
      const id = url.split('/').at(-1) ?? '';
      if (this.hosts.has(id)) response.end(`<?xml version="1.0"?>\n${this.#xml(id)}`);
      else response.writeHead(404).end();
    }
  };

  #answerClusters(body: string | undefined, response: Parameters<RequestListener>[1]): void {
    if (body !== undefined) this.cpu = /<type>(.*)<\/type>/.exec(body)?.[1];
    const cpu = this.cpu === undefined ? '' : `<cpu><type>${this.cpu}</type></cpu>`;
    const cluster = `<cluster id="c1"><name>Default</name>${cpu}</cluster>`;
    response.end(body === undefined ? `<clusters>${cluster}</clusters>` : cluster);
  }

  #add(body: string, response: Parameters<RequestListener>[1]): void {
    const name = /<name>([^<]+)<\/name><address>/.exec(body)?.[1] ?? '';
    if (name === 'refused') {
      const detail = '[Cannot add Host. The Host name is already in use.]';
      response.writeHead(409);
      response.end(`<fault><detail>${detail}</detail><reason>Operation Failed</reason></fault>`);
      return;
    }
    const address = /<address>([^<]+)<\/address>/.exec(body)?.[1] ?? '';
    this.hosts.set('id-1', { name, address, status: 'installing' });
    response.writeHead(201).end(this.#xml('id-1'));
  }

  #xml(id: string): string {
    const host = this.hosts.get(id);
    return `<host href="/ovirt-engine/api/hosts/${id}" id="${id}"><name>${host?.name}</name><address>${host?.address}</address><status>${host?.status}</status></host>`;
  }
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('the engine client', () => {
  const engine = new EngineServer();
  before(() => engine.start());
  after(() => engine.stop());

  const anonymous = () => createEngineConnector(engine.ports).connect(FQDN, undefined);
  const admin = (ca = engine.ca?.certificatePem ?? '', password = PASSWORD) =>
    createEngineConnector(engine.ports).connect(FQDN, { ca, password });
  const never = new AbortController().signal;

  test('health: up, down, and no answer are three things', async () => {
    assert.deepEqual(await anonymous().health(never), { kind: 'up', text: HEALTHY });
    engine.health = { status: 500, body: 'DB Down!' };
    assert.deepEqual(await anonymous().health(never), { kind: 'down', text: 'DB Down!' });
    engine.health = { status: 500, body: HEALTHY };
    assert.equal((await anonymous().health(never)).kind, 'down');
    engine.health = { status: 200, body: HEALTHY };
    const nobody = createEngineConnector({ ...engine.ports, http: 1 }).connect(FQDN, undefined);
    const health = await nobody.health(never);
    assert.equal(health.kind, 'unreachable');
    // Who asks has named the engine already.
    assert.match(health.kind === 'unreachable' ? health.why : '', /^connect ECONNREFUSED/);
    assert.deepEqual(await anonymous().health(AbortSignal.abort()), {
      kind: 'unreachable',
      why: 'aborted',
    });
  });

  test('the name is asked for, wherever it leads', async () => {
    await anonymous().health(never);
    assert.equal(engine.requests.at(-1), `http GET /ovirt-engine/services/health ${FQDN}`);
  });

  test('a host gets its certificate for its request', async () => {
    const ca = await anonymous().caCertificate();
    const { csrPem } = await createCsr({ commonName: 'host2.lab.test' });
    const certificate = await admin(ca).enroll(csrPem);
    assert.ok(isIssuedBy(certificate, ca));
    assert.match(engine.requests.at(-1) ?? '', /host-enroll application\/pkcs10$/);
  });

  test('sets the CPU type of a cluster that has a CPU', async () => {
    assert.equal(await admin().setClusterCpu('Default', 'Intel Penryn Family'), false);
    engine.cpu = 'Intel Conroe Family';
    assert.equal(await admin().setClusterCpu('Other', 'Intel Penryn Family'), false);
    assert.equal(await admin().setClusterCpu('Default', 'Intel Penryn Family'), true);
    assert.equal(engine.cpu, 'Intel Penryn Family');
    assert.equal(engine.requests.at(-1), 'https PUT /ovirt-engine/api/clusters/c1 application/xml');
  });

  test('a host is added, found and followed', async () => {
    engine.hosts.clear();
    assert.equal(await admin().findHost('hosted_engine_1'), undefined);
    const added = await admin().addHost({
      name: 'hosted_engine_1',
      address: 'host1.lab.test',
      cluster: 'Default',
      sshPort: 22,
    });
    const expected = { id: 'id-1', name: 'hosted_engine_1', address: 'host1.lab.test' };
    assert.deepEqual(added, { ...expected, status: 'installing' });
    assert.deepEqual(await admin().findHost('hosted_engine_1'), added);
    engine.hosts.set('id-2', { name: 'other', address: 'x', status: 'up' });
    assert.deepEqual(await admin().findHost('hosted_engine_1'), added);
    assert.equal((await admin().host('id-2')).status, 'up');
  });

  test('a refusal carries the reason of the engine', async () => {
    const host = { name: 'refused', address: 'x', cluster: 'Default', sshPort: 22 };
    await assert.rejects(admin().addHost(host), {
      code: 'HE_ENGINE_REFUSED',
      message: /add host refused: Operation Failed \[Cannot add Host/,
    });
    await assert.rejects(admin().host('none'), { message: /HTTP status 404/ });
  });

  test('a wrong password is called one', async () => {
    await assert.rejects(admin(undefined, 'wrong').findHost('x'), {
      code: 'HE_ENGINE_REFUSED',
      message: /password of 'admin@internal' is wrong/,
    });
  });

  test('the password does not go to a server of another CA (E1)', async () => {
    const other = await createCa();
    const before = engine.requests.length;
    await assert.rejects(admin(other.certificatePem).findHost('x'), {
      code: 'HE_ENGINE_UNREACHABLE',
    });
    assert.equal(engine.requests.length, before);
  });

  test('nor to one of another name', async () => {
    const connector = createEngineConnector(engine.ports);
    const credentials = { ca: engine.ca?.certificatePem ?? '', password: PASSWORD };
    await assert.rejects(connector.connect('other.lab.test', credentials).findHost('x'), {
      code: 'HE_ENGINE_UNREACHABLE',
    });
  });
});
