import { createPrivateKey, X509Certificate } from 'node:crypto';
import { PkiError } from './pki-error.js';

export interface CertificateInfo {
  readonly commonName: string | undefined;
  readonly isCa: boolean;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly fingerprint: string;
}

/** SHA-256 over the DER form, upper-case hex with colons. @throws PkiError when it is no PEM */
export function fingerprint(certificatePem: string): string {
  return open(certificatePem).fingerprint256;
}

/** Whether two fingerprints are the same, however each is written. */
export function isSameFingerprint(one: string, other: string): boolean {
  const bare = (text: string): string => text.replace(/[\s:]/g, '').toLowerCase();
  return /^[0-9a-f]{64}$/.test(bare(one)) && bare(one) === bare(other);
}

/** @throws PkiError when it is no PEM */
export function inspectCertificate(certificatePem: string): CertificateInfo {
  const certificate = open(certificatePem);
  return {
    commonName: /^CN=(.*)$/m.exec(certificate.subject)?.[1],
    isCa: certificate.ca,
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
    fingerprint: certificate.fingerprint256,
  };
}

/** Whether the CA's key signed the certificate, names included. @throws PkiError when one is no PEM */
export function isIssuedBy(certificatePem: string, caPem: string): boolean {
  const certificate = open(certificatePem);
  const ca = open(caPem);
  return ca.ca && certificate.checkIssued(ca) && certificate.verify(ca.publicKey);
}

/** Whether certificate and private key belong together. @throws PkiError when one is no PEM */
export function isKeyOf(certificatePem: string, keyPem: string): boolean {
  const certificate = open(certificatePem);
  try {
    return certificate.checkPrivateKey(createPrivateKey(keyPem));
  } catch (cause) {
    throw new PkiError('the private key is not readable as PEM', { cause });
  }
}

function open(certificatePem: string): X509Certificate {
  try {
    return new X509Certificate(certificatePem);
  } catch (cause) {
    throw new PkiError('the certificate is not readable as PEM', { cause });
  }
}
