// Our certificates between a real TLS server and a real client, each checking the other.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { connect, createServer } from 'node:tls';
import {
  type Credentials,
  createCa,
  createCsr,
  issueEngineClientCertificate,
  issueEngineServerCertificate,
  issueHostCertificate,
  signCsr,
} from '../src/index.js';

type Trusting<T> = T & { readonly ca: string; readonly servername?: string };

/** The client's common name as the server saw it, or the error that the client met. */
async function meet(
  server: Trusting<Credentials>,
  client: Trusting<Partial<Credentials>>,
): Promise<string> {
  const listener = createServer({
    cert: server.certificatePem,
    key: server.keyPem,
    ca: server.ca,
    requestCert: true,
    rejectUnauthorized: true,
  });
  listener.on('secureConnection', (socket) => {
    socket.on('error', () => undefined);
    socket.end(String(socket.getPeerCertificate().subject.CN));
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  try {
    return await new Promise<string>((resolve) => {
      const chunks: Buffer[] = [];
      const { servername, certificatePem, keyPem, ca } = client;
      const socket = connect({
        host: '127.0.0.1',
        port,
        ca,
        ...(certificatePem === undefined ? {} : { cert: certificatePem }),
        ...(keyPem === undefined ? {} : { key: keyPem }),
        ...(servername === undefined ? { checkServerIdentity: () => undefined } : { servername }),
      });
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      let failure: string | undefined;
      socket.on('error', (error) => {
        failure = `error: ${error.message}`;
      });
      socket.on('close', () => resolve(failure ?? Buffer.concat(chunks).toString()));
    });
  } finally {
    listener.close();
  }
}

test('host and engine accept each other, another CA is refused on both sides', async () => {
  const [own, stranger] = await Promise.all([createCa(), createCa()]);
  const ca = own.certificatePem;
  const { csrPem, keyPem } = await createCsr({ commonName: 'host1.lab.test' });
  const host = { certificatePem: await signCsr(own, csrPem), keyPem, ca };
  const engine = await issueEngineClientCertificate(own, { fqdn: 'engine.lab.test' });
  const impostor = await issueHostCertificate(stranger, { commonName: 'engine.lab.test' });

  assert.equal(await meet(host, { ...engine, ca }), 'engine.lab.test');
  assert.equal(await meet(host, host), 'host1.lab.test');
  // Node hangs up after the handshake, with or without a word.
  assert.match(await meet(host, { ...impostor, ca }), /^($|error: )/);
  assert.match(await meet(host, { ca }), /^($|error: )/);
  assert.match(
    await meet(host, { ...engine, ca: stranger.certificatePem }),
    /^error: .*(self-signed|unable to)/,
  );
});

test('the engine server is known by its name; a client certificate serves nobody', async () => {
  const own = await createCa();
  const ca = own.certificatePem;
  const fqdn = 'engine.lab.test';
  const server = { ...(await issueEngineServerCertificate(own, { fqdn })), ca };
  const client = { ...(await issueEngineClientCertificate(own, { fqdn })), ca };
  assert.equal(await meet(server, { ...client, servername: fqdn }), fqdn);
  assert.match(await meet(server, { ...client, servername: 'x.lab.test' }), /^error: Hostname/);
  assert.match(await meet(client, { ...client, servername: fqdn }), /^error: .*purpose/);
});
