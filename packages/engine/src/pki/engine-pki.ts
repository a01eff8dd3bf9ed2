// The engine's certificates: the CA that came with the seed, the web server's and the client's,
// which are made here and renewed by themselves. The CA library is loaded on first use only: it is
// large, and the health page should not wait for it.

import { createPublicKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { HeError } from '@hosted-engine/ports';
import { type FileOwner, readIfThere, writeDurable } from '../files.js';
import { isAddress } from '../hosts/host-service.js';

/** PEM texts; the key is a secret. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface EnginePki {
  /** PEM. */
  readonly caCertificate: string;
  /** Of the web server: for the engine's FQDN. */
  readonly server: KeyPair;
  /** What hosts' daemons are shown. */
  readonly client: KeyPair;
  /** Signs a host's request. Rejects with HE_CONFIG_INVALID when it cannot be signed. */
  signHost(csrPem: string): Promise<{ readonly certificate: string; readonly host: string }>;
}

/** A certificate is renewed when fewer days than this are left. */
const RENEW_DAYS = 60;
const DAY_MS = 86_400_000;

/** Reads the folder's certificates, making those that are missing or about to expire. */
export async function openEnginePki(
  folder: string,
  fqdn: string,
  nowMs: number,
  owner?: FileOwner,
): Promise<EnginePki> {
  const ca: KeyPair = {
    certificate: await required(join(folder, 'ca.pem')),
    key: await required(join(folder, 'ca-key.pem')),
  };
  const kept = (role: 'server' | 'client') => keptOrNew(folder, role, ca, fqdn, nowMs, owner);
  return {
    caCertificate: ca.certificate,
    server: await kept('server'),
    client: await kept('client'),
    signHost: (csrPem) => signHost(ca, csrPem),
  };
}

async function keptOrNew(
  folder: string,
  role: 'server' | 'client',
  ca: KeyPair,
  fqdn: string,
  nowMs: number,
  owner: FileOwner | undefined,
): Promise<KeyPair> {
  // Both in one file: no power cut can leave a certificate with another one's key.
  const file = join(folder, `${role}.pem`);
  const text = await readIfThere(file);
  const kept = text === undefined ? undefined : splitPair(text);
  if (kept !== undefined && isGood(kept.certificate, ca.certificate, fqdn, nowMs)) return kept;
  const { issueEngineClientCertificate, issueEngineServerCertificate } = await import(
    '@hosted-engine/pki'
  );
  const issue = role === 'server' ? issueEngineServerCertificate : issueEngineClientCertificate;
  const credentials = { certificatePem: ca.certificate, keyPem: ca.key };
  const made = await issue(credentials, { fqdn }, { now: new Date(nowMs) });
  await writeDurable(file, `${made.certificatePem}${made.keyPem}`, {
    mode: 0o600,
    ...(owner === undefined ? {} : { owner }),
  });
  return { certificate: made.certificatePem, key: made.keyPem };
}

function splitPair(text: string): KeyPair | undefined {
  const certificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/.exec(
    text,
  )?.[0];
  const key = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n?/.exec(text)?.[0];
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}

function isGood(pem: string, caPem: string, fqdn: string, nowMs: number): boolean {
  const certificate = new X509Certificate(pem);
  const ca = new X509Certificate(caPem);
  const endMs = Math.min(Date.parse(certificate.validTo), Date.parse(ca.validTo));
  return (
    certificate.checkIssued(ca) &&
    certificate.subject.split('\n').includes(`CN=${fqdn}`) &&
    (endMs - nowMs > RENEW_DAYS * DAY_MS ||
      Date.parse(ca.validTo) === Date.parse(certificate.validTo))
  );
}

async function signHost(
  ca: KeyPair,
  csrPem: string,
): Promise<{ certificate: string; host: string }> {
  const { signCsr, PkiError } = await import('@hosted-engine/pki');
  const credentials = { certificatePem: ca.certificate, keyPem: ca.key };
  try {
    const first = new X509Certificate(await signCsr(credentials, csrPem));
    const host = /^CN=(.*)$/m.exec(first.subject)?.[1] ?? '';
    if (!isAddress(host)) {
      throw new HeError(
        'HE_CONFIG_INVALID',
        'the common name of the request must be the host name or IP address of the host',
      );
    }
    const names = isIP(host) === 0 ? { dns: [host] } : { dns: [], ip: [host] };
    return { certificate: await signCsr(credentials, csrPem, names), host };
  } catch (error) {
    if (error instanceof PkiError) {
      throw new HeError('HE_CONFIG_INVALID', error.message, { cause: error });
    }
    throw error;
  }
}

/** The public key of a certificate as one line of OpenSSH's authorized_keys. */
export function openSshLine(certificatePem: string, comment: string): string {
  const key = createPublicKey(new X509Certificate(certificatePem).publicKey.export(SPKI));
  const { x, y, crv } = key.export({ format: 'jwk' });
  if (crv !== 'P-256' || x === undefined || y === undefined) {
    throw new RangeError('only P-256 keys can be written for OpenSSH');
  }
  const point = Buffer.concat([
    Buffer.of(4),
    Buffer.from(x, 'base64url'),
    Buffer.from(y, 'base64url'),
  ]);
  const name = 'ecdsa-sha2-nistp256';
  const blob = Buffer.concat([sshString(name), sshString('nistp256'), sshString(point)]);
  return `${name} ${blob.toString('base64')} ${comment}\n`;
}

const SPKI = { type: 'spki', format: 'pem' } as const;

function sshString(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

async function required(path: string): Promise<string> {
  const text = await readIfThere(path);
  if (text === undefined) throw new HeError('HE_CONFIG_INVALID', `${path} is missing`);
  return text;
}
