/** What the certificates of this CA have in common, and what tells them apart. */
import { randomBytes, type webcrypto } from 'node:crypto';
import { SIGNING_ALGORITHM } from './keys.js';
import { PkiError } from './pki-error.js';
import * as x509 from './x509.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Clocks of hosts that were just installed differ; a new certificate must be good on all of them. */
const BACKDATE_MS = 10 * 60 * 1000;

/** The organization of every subject of this CA. */
export const ORGANIZATION = 'Hosted Engine';

export const CA_DAYS = 3650;
export const LEAF_DAYS = 1825;

/** Host names and addresses, and what a CA may be called; 64 is RFC 5280's ub-common-name. */
const COMMON_NAME = /^[A-Za-z0-9][A-Za-z0-9 ._:-]{0,63}$/;

export interface Validity {
  /** Wall time of the issuer. @default now */
  readonly now?: Date;
  /** @default 3650 for a CA, 1825 for anything else; never beyond the CA's own end */
  readonly days?: number;
}

export interface AlternativeNames {
  readonly dns?: readonly string[];
  /** IPv4 or IPv6 addresses. */
  readonly ip?: readonly string[];
}

/** Positive, 127 random bits: unpredictable, and never used twice. */
export function randomSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

export function validityPeriod(
  validity: Validity,
  daysDefault: number,
  notAfterMax?: Date,
): { notBefore: Date; notAfter: Date } {
  const nowMs = (validity.now ?? new Date()).getTime();
  const endMs = nowMs + (validity.days ?? daysDefault) * DAY_MS;
  const lastMs = notAfterMax === undefined ? endMs : Math.min(endMs, notAfterMax.getTime());
  if (lastMs <= nowMs) throw new PkiError('the CA certificate has expired');
  return { notBefore: new Date(nowMs - BACKDATE_MS), notAfter: new Date(lastMs) };
}

/** The library gives quotes and escapes in a name a meaning, so a name has none of them. */
export function subjectOf(organization: string, commonName: string): x509.JsonName {
  if (!COMMON_NAME.test(commonName)) {
    throw new PkiError(`not usable as a common name: ${JSON.stringify(commonName.slice(0, 80))}`);
  }
  return [{ O: [organization] }, { CN: [commonName] }];
}

export function caExtensions(): x509.Extension[] {
  return [
    new x509.BasicConstraintsExtension(true, 0, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
  ];
}

export type LeafRole = 'server' | 'client' | 'host';

/** A host is server to the engine and client of other hosts, with one certificate. */
export function leafExtensions(role: LeafRole, names: AlternativeNames): x509.Extension[] {
  const usages: string[] = [];
  if (role !== 'client') usages.push(x509.ExtendedKeyUsage.serverAuth);
  if (role !== 'server') usages.push(x509.ExtendedKeyUsage.clientAuth);
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    // Not critical: libvirt wants keyEncipherment of a critical key usage, which an EC key has not.
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, false),
    new x509.ExtendedKeyUsageExtension(usages, false),
  ];
  const alternatives = [
    ...(names.dns ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(names.ip ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
  if (alternatives.length > 0) {
    extensions.push(new x509.SubjectAlternativeNameExtension(alternatives));
  }
  return extensions;
}

export interface IssueRequest {
  readonly issuer: x509.X509Certificate;
  readonly issuerKey: webcrypto.CryptoKey;
  readonly publicKey: x509.PublicKey;
  readonly subject: x509.JsonName;
  readonly extensions: readonly x509.Extension[];
  readonly validity: Validity;
}

/** One certificate below the CA, with key identifiers and a random serial. */
export function issue(request: IssueRequest): Promise<x509.X509Certificate> {
  const { issuer } = request;
  return keyIdentifiers(request.publicKey, issuer.publicKey).then((identifiers) =>
    x509.X509CertificateGenerator.create({
      serialNumber: randomSerial(),
      issuer: issuer.subjectName,
      subject: request.subject,
      ...validityPeriod(request.validity, LEAF_DAYS, issuer.notAfter),
      publicKey: request.publicKey,
      signingKey: request.issuerKey,
      signingAlgorithm: SIGNING_ALGORITHM,
      extensions: [...request.extensions, ...identifiers],
    }),
  );
}

export async function keyIdentifiers(
  subjectKey: x509.PublicKeyType,
  issuerKey: x509.PublicKeyType,
): Promise<x509.Extension[]> {
  return [
    await x509.SubjectKeyIdentifierExtension.create(subjectKey),
    await x509.AuthorityKeyIdentifierExtension.create(issuerKey),
  ];
}
