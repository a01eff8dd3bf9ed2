// The engine as its clients meet it: over real sockets, with real daemons of hosts behind it.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { createCsr, isIssuedBy } from '@hosted-engine/pki';
import type { Engine } from '../src/engine.js';
import {
  type Ask,
  askPlainly,
  askSecurely,
  type Cluster,
  createCluster,
  FQDN,
  type Reply,
  startHostd,
  until,
} from './running-engine.js';

const HA = {
  configured: true,
  active: true,
  score: 3400,
  globalMaintenance: false,
  localMaintenance: false,
};

let cluster: Cluster;
let engine: Engine;

before(async () => {
  cluster = await createCluster();
  engine = await cluster.start();
});

after(async () => {
  await engine.close();
  await cluster.remove();
});

const api = (path: string, ask: Ask = {}): Promise<Reply> =>
  askSecurely(engine, cluster.ca.certificatePem, `/ovirt-engine/api${path}`, ask);
const json = async (path: string): Promise<Record<string, unknown>> =>
  JSON.parse((await api(path, { headers: { accept: 'application/json' } })).body);
const post = (path: string, xml: string): Promise<Reply> =>
  api(path, { method: 'POST', headers: { 'content-type': 'application/xml' }, body: xml });

test('the health page, to the letter, by both names, without TLS and with it', async () => {
  for (const path of ['/ovirt-engine/services/health', '/OvirtEngineWeb/HealthStatus']) {
    const reply = await askPlainly(engine, path);
    assert.equal(reply.status, 200);
    assert.equal(reply.body, 'DB Up!Welcome to Health Status!');
    assert.match(String(reply.headers['content-type']), /^text\/html/);
  }
  const secure = await askSecurely(
    engine,
    cluster.ca.certificatePem,
    '/ovirt-engine/services/health',
  );
  assert.equal(secure.status, 200);
});

test('without the password there is a challenge, everywhere in the API', async () => {
  for (const auth of [undefined, 'admin@internal:wrong', 'root:secret']) {
    for (const path of ['', '/hosts', '/nowhere']) {
      const reply = await api(path, { auth });
      assert.equal(reply.status, 401);
      assert.equal(reply.headers['www-authenticate'], 'Basic realm="RESTAPI"');
    }
  }
});

test('the entry point answers with and without slash and version, in both forms', async () => {
  for (const path of ['', '/', '/v4', '/v4/']) {
    const reply = await api(path);
    assert.equal(reply.status, 200);
    assert.match(reply.body, /<api>/);
  }
  assert.match((await api('/v4')).body, /href="\/ovirt-engine\/api\/v4\/hosts"/);
  const entry = await json('');
  assert.equal((entry['product_info'] as { name: string }).name, 'hosted-engine');
  assert.equal((await api('/v3/hosts')).status, 400);
  assert.equal((await api('/hosts', { headers: { version: '3' } })).status, 400);
});

test('the correlation id comes back, cleaned, or is made', async () => {
  const given = await api('/hosts', { headers: { 'correlation-id': 'a b/c_1-2' } });
  assert.equal(given.headers['correlation-id'], 'abc_1-2');
  assert.match(String((await api('/hosts')).headers['correlation-id']), /^[0-9a-f-]{36}$/);
});

test('passwords are not taken without TLS', async () => {
  for (const path of ['/ovirt-engine/api/hosts?max=1', '/ovirt-engine/services/host-enroll']) {
    const reply = await askPlainly(engine, path);
    assert.equal(reply.status, 308);
    assert.equal(reply.headers['location'], `https://${FQDN}${path}`);
  }
});

test('faults: unknown things, wrong methods, bad bodies', async () => {
  const unknown = await api('/hosts/00000000-0000-0000-0000-000000000001');
  assert.equal(unknown.status, 404);
  assert.match(unknown.body, /<fault>\s*<detail>\[.*\]<\/detail>\s*<reason>/);
  assert.equal((await api('/nowhere')).status, 404);
  const wrong = await api('/hosts', { method: 'PUT' });
  assert.equal(wrong.status, 405);
  assert.equal(wrong.headers['allow'], 'GET, POST');
  assert.equal((await post('/hosts', '<host><name>x</host>')).status, 400);
  assert.equal((await api('/hosts', { method: 'POST', body: 'x' })).status, 415);
  const incomplete = await post('/hosts', '<host><name>x</name></host>');
  assert.equal(incomplete.status, 400);
  assert.match(incomplete.body, /Host \[address\] required for add/);
  assert.match(incomplete.body, /<reason>Incomplete parameters<\/reason>/);
  for (const xml of [
    '<host><name>a b</name><address>h</address></host>',
    '<host><name>x</name><address>a b</address></host>',
    '<host><name>x</name><address>h</address><port>0</port></host>',
  ]) {
    assert.equal((await post('/hosts', xml)).status, 400, xml);
  }
  assert.equal((await api('/hosts?max=x')).status, 400);
  assert.equal((await api('/hosts?search=size%3D1')).status, 400);
});

test('the cluster: found by name, its CPU type is set, and kept', async () => {
  const found = async (name: string): Promise<readonly { id: string; cpu: unknown }[]> =>
    ((await json(`/clusters?search=name%3D${name}`))['cluster'] ?? []) as {
      id: string;
      cpu: unknown;
    }[];
  assert.deepEqual(await found('Other'), []);
  const [known] = await found('Default');
  assert.deepEqual(known?.cpu, { architecture: 'x86_64' });
  const put = (id: string, xml: string): Promise<Reply> =>
    api(`/clusters/${id}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/xml' },
      body: xml,
    });
  const id = known?.id ?? '';
  const type = (text: string): string => `<cluster><cpu><type>${text}</type></cpu></cluster>`;
  const reply = await put(id, type('Intel Penryn Family'));
  assert.equal(reply.status, 200);
  assert.match(reply.body, /<type>Intel Penryn Family<\/type>/);
  assert.deepEqual((await found('Default'))[0]?.cpu, {
    architecture: 'x86_64',
    type: 'Intel Penryn Family',
  });
  assert.equal((await put(id, type('&lt;x&gt;'))).status, 400);
  assert.equal((await put(id, '<cluster><name>x</name></cluster>')).status, 400);
  assert.equal((await put('00000000-0000-0000-0000-000000000000', type('x'))).status, 404);
  assert.equal((await api(`/clusters/${id}`, { method: 'DELETE' })).status, 405);
});

test('a body past the limit is refused, announced or not', async () => {
  const body = `<host><name>${'x'.repeat(1_100_000)}</name></host>`;
  assert.equal((await post('/hosts', body)).status, 413);
});

test('a GET that announces a body and does not send it is answered at once, then hung up on', async () => {
  const socket = connect({ host: '127.0.0.1', port: engine.httpPort });
  socket.write(
    'GET /ovirt-engine/services/health HTTP/1.1\r\nHost: x\r\nContent-Length: 17\r\n\r\n',
  );
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  assert.match(text, /DB Up!/);
  assert.match(text, /connection: close/i);
});

test('a host is added, comes up, shows HA on request, is searched for, survives a restart', async () => {
  const hostd = await startHostd(cluster.ca, HA);
  try {
    const added = await post(
      '/hosts?activate=true&reboot=false',
      `<host><name>host1</name><address>127.0.0.1</address><port>${hostd.port}</port>
       <root_password>never shown</root_password><cluster><name>Default</name></cluster></host>`,
    );
    assert.equal(added.status, 201);
    assert.doesNotMatch(added.body, /never shown/);
    const path = String(added.headers['location']).replace('/ovirt-engine/api', '');
    const isUp = (host: Record<string, unknown>): boolean => host['status'] === 'up';
    const host = await until(() => json(path), isUp);
    assert.equal(host['memory'], String(2048 * 1024 * 1024));
    assert.equal(host['hosted_engine'], undefined);
    const withHa = await until(
      () => json(`${path}?all_content=true`),
      (seen) => seen['hosted_engine'] !== undefined,
    );
    assert.deepEqual(withHa['hosted_engine'], {
      active: 'true',
      configured: 'true',
      global_maintenance: 'false',
      local_maintenance: 'false',
      score: '3400',
    });
    const xml = (await api(`${path};all_content`)).body;
    for (const member of ['kdump_detection', 'custom_kernel_cmdline', 'priority', 'score']) {
      assert.match(xml, new RegExp(`<${member}>`));
    }
    const names = async (query: string): Promise<unknown> =>
      ((await json(`/hosts?search=${encodeURIComponent(query)}&follow=`))['host'] as unknown[])
        ?.length;
    assert.equal(await names('name="host1"'), 1);
    assert.equal(await names('status=up'), 1);
    assert.equal(await names('name=other'), undefined);
    assert.equal(await names(''), 1);

    const sameName = '<host><name>host1</name><address>h2</address></host>';
    assert.equal((await post('/hosts', sameName)).status, 409);
    const sameAddress = '<host><name>h2</name><address>127.0.0.1</address></host>';
    assert.equal((await post('/hosts', sameAddress)).status, 409);
    const elsewhere =
      '<host><name>h</name><address>h</address><cluster><name>X</name></cluster></host>';
    assert.equal((await post('/hosts', elsewhere)).status, 404);

    await engine.close();
    engine = await cluster.start();
    assert.equal((await until(() => json(path), isUp))['name'], 'host1');
    const entry = await json('');
    assert.deepEqual(entry['summary'], { hosts: { active: '1', total: '1' } });
    assert.match((await askPlainly(engine, '/')).body, /host1<\/th><td>Up<\/td><td>Active \(score/);
  } finally {
    await hostd.close();
  }
});

test('a host that goes away is noticed, comes back, and can be removed', async () => {
  const first = await startHostd(cluster.ca, { ...HA, configured: false });
  const added = await api('/hosts', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ name: 'host2', address: 'localhost', port: first.port }),
  });
  assert.equal(added.status, 201);
  const path = `/hosts/${(JSON.parse(added.body) as { id: string }).id}`;
  const status = async (): Promise<unknown> => (await json(path))['status'];
  await until(status, (seen) => seen === 'up');
  await first.close();
  await until(status, (seen) => seen === 'connecting');
  const second = await startHostd(cluster.ca, { ...HA, configured: false }, first.port);
  await until(status, (seen) => seen === 'up');
  assert.equal((await json(`${path}?all_content=true`))['hosted_engine'], undefined);
  assert.equal((await api(path, { method: 'DELETE' })).status, 409);
  assert.equal((await api(`${path}?force=true`, { method: 'DELETE' })).status, 200);
  assert.equal((await api(path)).status, 404);
  await second.close();
});

test('the events tell what happened, to clients and in a browser', async () => {
  const events = async (query: string): Promise<readonly Record<string, unknown>[]> =>
    ((await json(`/events?${query}`))['event'] ?? []) as Record<string, unknown>[];
  const search = (text: string): string => `search=${encodeURIComponent(text)}`;
  const ofHost = await events(search('host.name=host2 and severity<warning sortby time asc'));
  assert.deepEqual(
    ofHost.map(({ code, description }) => `${String(code)} ${String(description)}`),
    [
      '42 Host host2 (localhost) was added by the administrator',
      '504 Host host2 is set up: its daemon answers for the first time',
      '44 Host host2 was removed by the administrator',
    ],
  );
  assert.deepEqual(await events(search('severity>=warning')), []);
  const [last] = await events('max=1');
  assert.match(String(last?.['id']), /^\d+$/);
  assert.equal(last?.['index'], last?.['id']);
  assert.equal(last?.['origin'], 'oVirt');
  assert.equal(typeof last?.['time'], 'number');
  assert.deepEqual(await events(`from=${String(last?.['id'])}`), []);
  assert.equal(
    (await json(`/events/${String(last?.['id'])}`))['description'],
    last?.['description'],
  );
  for (const [path, status] of [
    ['/events/999999', 404],
    ['/events/x', 404],
    ['/events?from=x', 400],
    ['/events?search=size%3D1', 400],
  ] as const) {
    assert.equal((await api(path)).status, status, path);
  }

  const page = '/ovirt-engine/events';
  const ask = (auth?: Ask): Promise<Reply> =>
    askSecurely(engine, cluster.ca.certificatePem, page, auth);
  const shown = await ask();
  assert.equal(shown.status, 200);
  assert.match(shown.body, /<td>Host host2 was removed by the administrator<\/td>/);
  assert.match(shown.body, /The engine has started/);
  assert.doesNotMatch(shown.body, /<script|src=|http:\/\//);
  assert.equal((await ask({ auth: undefined })).status, 401);
  assert.equal((await askPlainly(engine, page)).status, 308);
});

test('a daemon of another CA is not believed', async () => {
  const stranger = await createCluster();
  const hostd = await startHostd(stranger.ca, HA);
  try {
    const added = await post(
      '/hosts',
      `<host><name>host3</name><address>::1</address><port>${hostd.port}</port></host>`,
    );
    assert.match(added.body, /<status>installing<\/status>/);
  } finally {
    await hostd.close();
    await stranger.remove();
  }
});

test('certificates for everybody, in the forms that clients ask for', async () => {
  const base = '/ovirt-engine/services/pki-resource';
  const ca = await askPlainly(engine, `${base}?resource=ca-certificate&format=X509-PEM-CA`);
  assert.equal(ca.body, cluster.ca.certificatePem);
  assert.equal(ca.headers['content-type'], 'application/x-x509-ca-cert');
  assert.equal((await askPlainly(engine, '/ca.crt')).body, cluster.ca.certificatePem);
  const key = await askPlainly(
    engine,
    `${base}?resource=engine-certificate&format=OPENSSH-PUBKEY&alias=x`,
  );
  assert.match(key.body, /^ecdsa-sha2-nistp256 \S+ x\n$/);
  for (const query of ['', '?resource=ca-certificate', '?resource=x&format=X509-PEM']) {
    assert.equal((await askPlainly(engine, `${base}${query}`)).status, 400);
  }
});

test('a host is enrolled by the administrator, and by nobody else', async () => {
  const { csrPem } = await createCsr({ commonName: 'host9.test' });
  const enroll = (ask: Ask): Promise<Reply> =>
    askSecurely(engine, cluster.ca.certificatePem, '/ovirt-engine/services/host-enroll', {
      method: 'POST',
      headers: { 'content-type': 'application/pkcs10' },
      body: csrPem,
      ...ask,
    });
  const reply = await enroll({});
  assert.equal(reply.status, 200);
  assert.equal(reply.headers['content-type'], 'application/x-x509-cert');
  assert.equal(isIssuedBy(reply.body, cluster.ca.certificatePem), true);
  assert.equal((await enroll({ auth: undefined })).status, 401);
  assert.equal((await enroll({ body: 'x' })).status, 400);
  assert.equal((await enroll({ body: 'x'.repeat(20_000) })).status, 413);
  assert.equal((await enroll({ headers: { 'content-type': 'text/plain' } })).status, 415);
  assert.equal((await enroll({ method: 'GET', body: '' })).status, 405);
});

test('the welcome page needs nothing from elsewhere', async () => {
  const reply = await askPlainly(engine, '/ovirt-engine/');
  assert.equal(reply.status, 200);
  assert.match(String(reply.headers['content-security-policy']), /default-src 'none'/);
  assert.doesNotMatch(reply.body, /<script|src=|http:\/\//);
});
