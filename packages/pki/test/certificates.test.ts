import assert from 'node:assert/strict';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import {
  createCa,
  createCsr,
  fingerprint,
  inspectCertificate,
  isIssuedBy,
  isKeyOf,
  isSameFingerprint,
  issueEngineClientCertificate,
  issueEngineServerCertificate,
  issueHostCertificate,
  PkiError,
  signCsr,
} from '../src/index.js';

const NOW = new Date('2026-03-01T12:00:00Z');

describe('createCa()', () => {
  test('makes a self-signed CA', async () => {
    const ca = await createCa({ now: NOW });
    const certificate = new X509Certificate(ca.certificatePem);
    assert.ok(certificate.ca);
    assert.ok(isIssuedBy(ca.certificatePem, ca.certificatePem));
    assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
    assert.match(certificate.subject, /^O=Hosted Engine\nCN=Hosted Engine CA [0-9a-f]{8}$/);
  });

  test('two CAs differ in name, serial and key', async () => {
    const [one, other] = await Promise.all([createCa(), createCa()]);
    const a = new X509Certificate(one.certificatePem);
    const b = new X509Certificate(other.certificatePem);
    assert.notEqual(a.subject, b.subject);
    assert.notEqual(a.serialNumber, b.serialNumber);
    assert.ok(!isIssuedBy(one.certificatePem, other.certificatePem));
  });

  test('is backdated, so that a clock some minutes behind accepts it', async () => {
    const ca = await createCa({ now: NOW });
    const { notBefore, notAfter } = inspectCertificate(ca.certificatePem);
    assert.equal(NOW.getTime() - notBefore.getTime(), 10 * 60_000);
    assert.equal(notAfter.getUTCFullYear(), 2036);
  });
});

describe('certificates of the CA', () => {
  test('carry the usages and names of their role', async () => {
    const ca = await createCa();
    const name = 'host1.lab.test';
    const fqdn = 'engine.lab.test';
    const host = await issueHostCertificate(ca, { commonName: name, dns: [name] });
    const server = await issueEngineServerCertificate(ca, { fqdn, ip: ['10.88.1.100'] });
    const client = await issueEngineClientCertificate(ca, { fqdn });
    const serverAuth = '1.3.6.1.5.5.7.3.1';
    const clientAuth = '1.3.6.1.5.5.7.3.2';
    const expected = [
      [host, [serverAuth, clientAuth], 'DNS:host1.lab.test'],
      [server, [serverAuth], 'DNS:engine.lab.test, IP Address:10.88.1.100'],
      [client, [clientAuth], undefined],
    ] as const;
    for (const [issued, usages, names] of expected) {
      const certificate = new X509Certificate(issued.certificatePem);
      assert.deepEqual(certificate.keyUsage, usages);
      assert.equal(certificate.subjectAltName, names);
      assert.equal(certificate.ca, false);
      assert.ok(isIssuedBy(issued.certificatePem, ca.certificatePem));
      assert.ok(isKeyOf(issued.certificatePem, issued.keyPem));
      assert.ok(!isKeyOf(issued.certificatePem, ca.keyPem));
    }
  });

  test('never outlive the CA', async () => {
    const ca = await createCa({ days: 30 });
    const host = await issueHostCertificate(ca, { commonName: 'h' });
    assert.deepEqual(
      inspectCertificate(host.certificatePem).notAfter,
      inspectCertificate(ca.certificatePem).notAfter,
    );
    const now = new Date(Date.now() + 31 * 86_400_000);
    await assert.rejects(issueHostCertificate(ca, { commonName: 'h' }, { now }), /expired/);
  });

  test('are refused without a proper CA', async () => {
    const [ca, other] = await Promise.all([createCa(), createCa()]);
    const host = await issueHostCertificate(ca, { commonName: 'h' });
    const cases: [{ certificatePem: string; keyPem: string }, RegExp][] = [
      [host, /no CA certificate/],
      [{ ...ca, keyPem: other.keyPem }, /do not belong together/],
      [{ ...ca, keyPem: 'x' }, /not readable/],
      [{ ...ca, certificatePem: '' }, /not readable/],
    ];
    for (const [broken, why] of cases) {
      await assert.rejects(issueHostCertificate(broken, { commonName: 'h' }), why);
    }
  });

  test('a common name must be short and plain', async () => {
    const ca = await createCa();
    for (const commonName of ['', 'x'.repeat(65), 'a, O=b', 'a"b"', 'é', 'a\nb']) {
      await assert.rejects(issueHostCertificate(ca, { commonName }), PkiError);
    }
  });
});

describe('signCsr()', () => {
  test('gives a host certificate for the key of the request', async () => {
    const ca = await createCa();
    const request = await createCsr({ commonName: 'host2.lab.test' });
    const pem = await signCsr(ca, request.csrPem);
    assert.ok(isIssuedBy(pem, ca.certificatePem));
    assert.ok(isKeyOf(pem, request.keyPem));
    const certificate = new X509Certificate(pem);
    assert.equal(certificate.subjectAltName, 'DNS:host2.lab.test');
    assert.match(certificate.subject, /CN=host2\.lab\.test$/);
  });

  test('the signer decides the name', async () => {
    const request = await createCsr({ commonName: 'engine.lab.test' });
    const pem = await signCsr(await createCa(), request.csrPem, { commonName: 'host3' });
    assert.equal(inspectCertificate(pem).commonName, 'host3');
  });

  test('refuses a request that was tampered with, and what is none', async () => {
    const ca = await createCa();
    const { csrPem } = await createCsr({ commonName: 'host2.lab.test' });
    const der = Buffer.from(csrPem.replace(/-----.*-----/g, ''), 'base64');
    der.write('hostX', der.indexOf('host2'));
    const body = der.toString('base64');
    const changed = `-----BEGIN CERTIFICATE REQUEST-----\n${body}\n-----END CERTIFICATE REQUEST-----\n`;
    await assert.rejects(signCsr(ca, changed), /not signed by its own key/);
    const cut = csrPem.replace(/\n.{30}/, '\n');
    for (const text of ['', 'hello', ca.certificatePem, ca.keyPem, cut]) {
      await assert.rejects(signCsr(ca, text), PkiError, text.slice(0, 40));
    }
  });
});

test('fingerprints are SHA-256 with colons, and compare in any spelling', async () => {
  const print = fingerprint((await createCa()).certificatePem);
  assert.match(print, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  assert.ok(isSameFingerprint(print, print.replaceAll(':', '').toLowerCase()));
  assert.ok(!isSameFingerprint(print, `${print.slice(0, -1)}${print.endsWith('0') ? '1' : '0'}`));
  assert.ok(!isSameFingerprint('', ''));
  assert.throws(() => fingerprint('x'), PkiError);
});

test('keys are P-256 in PKCS #8', async () => {
  const { keyPem } = await createCsr({ commonName: 'h' });
  assert.match(keyPem, /^-----BEGIN PRIVATE KEY-----\n/);
  assert.equal(createPublicKey(keyPem).asymmetricKeyDetails?.namedCurve, 'prime256v1');
});
