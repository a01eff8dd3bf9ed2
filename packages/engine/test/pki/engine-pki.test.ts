import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createCa, createCsr } from '@hosted-engine/pki';
import { openEnginePki, openSshLine } from '../../src/pki/engine-pki.js';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const DAY_MS = 86_400_000;
let folder = '';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engine-pki-'));
  const ca = await createCa({ now: new Date(NOW) });
  await writeFile(join(folder, 'ca.pem'), ca.certificatePem);
  await writeFile(join(folder, 'ca-key.pem'), ca.keyPem);
});

after(() => rm(folder, { recursive: true, force: true }));

test('makes server and client certificates once, for this engine, readable by it alone', async () => {
  const first = await openEnginePki(folder, 'engine.test', NOW);
  const again = await openEnginePki(folder, 'engine.test', NOW + DAY_MS);
  assert.equal(again.server.certificate, first.server.certificate);
  assert.equal(again.client.certificate, first.client.certificate);
  const server = new X509Certificate(first.server.certificate);
  assert.equal(server.subjectAltName, 'DNS:engine.test');
  assert.equal((await stat(join(folder, 'server.pem'))).mode & 0o777, 0o600);
});

test('makes them anew before they end, and for another name', async () => {
  const first = await openEnginePki(folder, 'engine.test', NOW);
  const endMs = Date.parse(new X509Certificate(first.server.certificate).validTo);
  const renewed = await openEnginePki(folder, 'engine.test', endMs - 10 * DAY_MS);
  assert.notEqual(renewed.server.certificate, first.server.certificate);
  const renamed = await openEnginePki(folder, 'other.test', NOW);
  assert.equal(new X509Certificate(renamed.server.certificate).subjectAltName, 'DNS:other.test');
});

test('signs a host for the name or address that it asks for', async () => {
  const pki = await openEnginePki(folder, 'engine.test', NOW);
  for (const [name, alternative] of [
    ['host1.lab.test', 'DNS:host1.lab.test'],
    ['10.88.1.11', 'IP Address:10.88.1.11'],
  ] as const) {
    const { csrPem } = await createCsr({ commonName: name });
    const signed = await pki.signHost(csrPem);
    const certificate = new X509Certificate(signed.certificate);
    assert.equal(signed.host, name);
    assert.equal(certificate.subjectAltName, alternative);
    assert.equal(certificate.checkIssued(new X509Certificate(pki.caCertificate)), true);
  }
});

test('refuses a request that is none, and one for no host', async () => {
  const pki = await openEnginePki(folder, 'engine.test', NOW);
  await assert.rejects(pki.signHost('nonsense'), /certificate request/);
  const { csrPem } = await createCsr({ commonName: 'not a host' });
  await assert.rejects(pki.signHost(csrPem), /common name/);
});

test('a missing CA is named', async () => {
  await assert.rejects(openEnginePki(join(folder, 'nowhere'), 'e', NOW), /ca\.pem is missing/);
});

test('the OpenSSH line is one that ssh reads back', async () => {
  const pki = await openEnginePki(folder, 'engine.test', NOW);
  const [type, blob, comment] = openSshLine(pki.client.certificate, 'engine').trim().split(' ');
  assert.equal(type, 'ecdsa-sha2-nistp256');
  assert.equal(comment, 'engine');
  const bytes = Buffer.from(blob ?? '', 'base64');
  // Three length-prefixed strings: type, curve, the uncompressed point of 65 bytes.
  assert.equal(bytes.length, 4 + 19 + 4 + 8 + 4 + 65);
  assert.equal((await readFile(join(folder, 'client.pem'), 'utf8')).includes('PRIVATE KEY'), true);
});
