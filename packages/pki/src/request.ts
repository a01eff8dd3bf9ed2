import { createPublicKey, type KeyObject } from 'node:crypto';
import { ORGANIZATION, subjectOf } from './certificate-profile.js';
import { exportPrivateKey, generateKeys, SIGNING_ALGORITHM } from './keys.js';
import { PkiError } from './pki-error.js';
import * as x509 from './x509.js';

const RSA_BITS_MIN = 2048;
const CURVES: readonly (string | undefined)[] = ['prime256v1', 'secp384r1', 'secp521r1'];

/** A new key with a request for a certificate, both PEM. The key never leaves the host. */
export async function createCsr(subject: {
  readonly commonName: string;
}): Promise<{ readonly csrPem: string; readonly keyPem: string }> {
  const keys = await generateKeys();
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: subjectOf(ORGANIZATION, subject.commonName),
    signingAlgorithm: SIGNING_ALGORITHM,
    keys,
  });
  return {
    csrPem: `${request.toString('pem')}\n`,
    keyPem: await exportPrivateKey(keys.privateKey),
  };
}

export interface ParsedCsr {
  readonly publicKey: x509.PublicKey;
  readonly commonName: string | undefined;
}

/** @throws PkiError for a request that is malformed, weak, or not signed by its own key */
export async function parseCsr(csrPem: string): Promise<ParsedCsr> {
  if (!/^\s*-----BEGIN (NEW )?CERTIFICATE REQUEST-----/.test(csrPem)) {
    throw new PkiError('not a certificate request in PEM form');
  }
  let request: x509.Pkcs10CertificateRequest;
  let key: KeyObject;
  let isSigned: boolean;
  try {
    request = new x509.Pkcs10CertificateRequest(csrPem);
    const spki = Buffer.from(request.publicKey.rawData);
    key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    isSigned = await request.verify();
  } catch (cause) {
    throw new PkiError('the certificate request is malformed', { cause });
  }
  if (!isSigned) throw new PkiError('the certificate request is not signed by its own key');
  refuseWeakKey(key);
  return {
    publicKey: request.publicKey,
    commonName: request.subjectName.getField('CN').at(0),
  };
}

function refuseWeakKey(key: KeyObject): void {
  const details = key.asymmetricKeyDetails ?? {};
  const isStrong =
    key.asymmetricKeyType === 'ec'
      ? CURVES.includes(details.namedCurve)
      : key.asymmetricKeyType === 'rsa' && (details.modulusLength ?? 0) >= RSA_BITS_MIN;
  if (!isStrong) {
    throw new PkiError(
      `the request's key must be EC (P-256 or more) or RSA of ${RSA_BITS_MIN} bits`,
    );
  }
}
