/**
 * The CA of one cluster: made by the set-up of its first host, then kept by the engine. It vouches
 * for hosts, for the engine's web server and for the engine as a client of the host daemons.
 *
 * Whoever has the CA's key can be any host: it is written to the engine VM only, never to a host.
 */
import { createPrivateKey, X509Certificate as NodeCertificate } from 'node:crypto';
import {
  type AlternativeNames,
  CA_DAYS,
  caExtensions,
  issue,
  keyIdentifiers,
  type LeafRole,
  leafExtensions,
  ORGANIZATION,
  randomSerial,
  subjectOf,
  type Validity,
  validityPeriod,
} from './certificate-profile.js';
import { exportPrivateKey, generateKeys, importPrivateKey, SIGNING_ALGORITHM } from './keys.js';
import { PkiError } from './pki-error.js';
import { parseCsr } from './request.js';
import * as x509 from './x509.js';

/** A certificate and its private key, both PEM. The key is a secret. */
export interface Credentials {
  readonly certificatePem: string;
  readonly keyPem: string;
}

export interface HostNames extends AlternativeNames {
  /** Usually the host's FQDN. */
  readonly commonName: string;
}

/** A new self-signed CA. Its name carries a random part: two clusters' CAs are never mixed up. */
export async function createCa(
  options: Validity & { readonly commonName?: string } = {},
): Promise<Credentials> {
  const keys = await generateKeys();
  const serialNumber = randomSerial();
  const commonName = options.commonName ?? `Hosted Engine CA ${serialNumber.slice(-8)}`;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber,
    name: subjectOf(ORGANIZATION, commonName),
    ...validityPeriod(options, CA_DAYS),
    signingAlgorithm: SIGNING_ALGORITHM,
    keys,
    extensions: [...caExtensions(), ...(await keyIdentifiers(keys.publicKey, keys.publicKey))],
  });
  return { certificatePem: pemOf(certificate), keyPem: await exportPrivateKey(keys.privateKey) };
}

/** Key and certificate of a host, when both are made where the CA is. */
export function issueHostCertificate(
  ca: Credentials,
  names: HostNames,
  validity: Validity = {},
): Promise<Credentials> {
  return issueWithNewKey(ca, 'host', names, validity);
}

/** The engine's web server. Browsers look at the alternative names only. */
export function issueEngineServerCertificate(
  ca: Credentials,
  engine: { readonly fqdn: string; readonly ip?: readonly string[] },
  validity: Validity = {},
): Promise<Credentials> {
  const names = { commonName: engine.fqdn, dns: [engine.fqdn], ip: engine.ip ?? [] };
  return issueWithNewKey(ca, 'server', names, validity);
}

/** What the engine shows to the host daemons. */
export function issueEngineClientCertificate(
  ca: Credentials,
  engine: { readonly fqdn: string },
  validity: Validity = {},
): Promise<Credentials> {
  return issueWithNewKey(ca, 'client', { commonName: engine.fqdn }, validity);
}

/**
 * Signs a host's request. Only its public key is taken over, and its common name when `names`
 * gives none: what a host is called is the signer's decision, not the host's.
 *
 * @throws PkiError for a request that is malformed, weak, or not signed by its own key
 */
export async function signCsr(
  ca: Credentials,
  csrPem: string,
  names: Partial<HostNames> = {},
  validity: Validity = {},
): Promise<string> {
  const request = await parseCsr(csrPem);
  const commonName = names.commonName ?? request.commonName;
  if (commonName === undefined) throw new PkiError('the request has no common name');
  const certificate = await issueLeaf(
    ca,
    'host',
    { dns: [commonName], ...names, commonName },
    validity,
    request.publicKey,
  );
  return pemOf(certificate);
}

async function issueWithNewKey(
  ca: Credentials,
  role: LeafRole,
  names: HostNames,
  validity: Validity,
): Promise<Credentials> {
  const keys = await generateKeys();
  const publicKey = await x509.PublicKey.create(keys.publicKey);
  const certificate = await issueLeaf(ca, role, names, validity, publicKey);
  return { certificatePem: pemOf(certificate), keyPem: await exportPrivateKey(keys.privateKey) };
}

async function issueLeaf(
  ca: Credentials,
  role: LeafRole,
  names: HostNames,
  validity: Validity,
  publicKey: x509.PublicKey,
): Promise<x509.X509Certificate> {
  const issuer = openCa(ca);
  return issue({
    issuer,
    issuerKey: await importPrivateKey(ca.keyPem),
    publicKey,
    subject: subjectOf(ORGANIZATION, names.commonName),
    extensions: leafExtensions(role, names),
    validity,
  });
}

function openCa(ca: Credentials): x509.X509Certificate {
  let certificate: NodeCertificate;
  let isItsKey: boolean;
  try {
    certificate = new NodeCertificate(ca.certificatePem);
    isItsKey = certificate.checkPrivateKey(createPrivateKey(ca.keyPem));
  } catch (cause) {
    throw new PkiError('CA certificate or key is not readable as PEM', { cause });
  }
  if (!certificate.ca) throw new PkiError('the certificate to sign with is no CA certificate');
  if (!isItsKey) throw new PkiError('CA key and CA certificate do not belong together');
  return new x509.X509Certificate(certificate.raw);
}

function pemOf(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}
