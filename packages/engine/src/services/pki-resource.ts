// Certificates for anyone who asks: they are public, and needed before anything can be trusted.

import { type HttpReply, type HttpRequest, textReply } from '../http/exchange.js';
import { type EnginePki, openSshLine } from '../pki/engine-pki.js';

export const PKI_RESOURCE_PATH = '/ovirt-engine/services/pki-resource';
/** What the first set-up programs fetched. */
const LEGACY_CA = '/ca.crt';
const LEGACY_SSH_KEY = '/engine.ssh.key.txt';

/** Whether `pkiResource` answers this path. */
export function isPkiResourcePath(path: string): boolean {
  return path === PKI_RESOURCE_PATH || path === LEGACY_CA || path === LEGACY_SSH_KEY;
}

/** Answers with the certificate asked for, or 400. */
export function pkiResource(request: HttpRequest, pki: EnginePki): HttpReply {
  if (request.path === LEGACY_CA) return certificate(pki.caCertificate, 'X509-PEM-CA', '');
  if (request.path === LEGACY_SSH_KEY) {
    return certificate(pki.client.certificate, 'OPENSSH-PUBKEY', 'ovirt-engine');
  }
  const pem = resource(request.parameters.get('resource') ?? '', pki);
  const format = request.parameters.get('format') ?? '';
  const alias = request.parameters.get('alias') ?? 'ovirt-engine';
  if (pem === undefined) return refused('Missing or unknown parameter: resource');
  if (!/^[\w.@:-]{1,128}$/.test(alias)) return refused('Malformed parameter: alias');
  return certificate(pem, format, alias);
}

function resource(name: string, pki: EnginePki): string | undefined {
  switch (name) {
    case 'ca-certificate':
    case 'qemu-ca-certificate':
      return pki.caCertificate;
    case 'engine-certificate':
      // The one whose key the engine proves to hold when it talks to a host.
      return pki.client.certificate;
    default:
      return undefined;
  }
}

function certificate(pem: string, format: string, alias: string): HttpReply {
  switch (format) {
    case 'X509-PEM':
      return textReply(200, 'application/x-x509-cert', pem);
    case 'X509-PEM-CA':
      return textReply(200, 'application/x-x509-ca-cert', pem);
    case 'OPENSSH-PUBKEY':
      return openSsh(pem, alias);
    default:
      return refused('Missing or unknown parameter: format');
  }
}

function openSsh(pem: string, alias: string): HttpReply {
  try {
    return textReply(200, 'text/plain', openSshLine(pem, alias));
  } catch (error) {
    if (error instanceof RangeError) return refused(error.message);
    throw error;
  }
}

function refused(why: string): HttpReply {
  return textReply(400, 'text/plain;charset=UTF-8', `${why}\n`);
}
