// Gives a host its certificate: the administrator posts the host's request (PKCS #10, PEM), the
// engine's CA signs it for the address that the request names. Over TLS only, as it needs the password.

import { HeError, type Log } from '@hosted-engine/ports';
import { refuseStranger } from '../api/api.js';
import type { PasswordCheck } from '../auth/password.js';
import { BodyTooLarge, type HttpReply, type HttpRequest, textReply } from '../http/exchange.js';
import type { EnginePki } from '../pki/engine-pki.js';

export const HOST_ENROLL_PATH = '/ovirt-engine/services/host-enroll';

/** A request with a 4096-bit RSA key has under 2 KiB. */
const REQUEST_SIZE_MAX = 16 * 1024;
const TYPES = ['application/pkcs10', 'application/x-pem-file'];

/** Answers 200 with the certificate, or a status that says what is wrong with the request. */
export async function hostEnroll(
  request: HttpRequest,
  pki: EnginePki,
  passwords: PasswordCheck,
  log: Log,
): Promise<HttpReply> {
  if (request.method !== 'POST') return refused(405, 'only POST is allowed', { allow: 'POST' });
  const refusal = await refuseStranger(request, passwords);
  if (refusal !== undefined) return refusal;
  const type = (request.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!TYPES.includes(type)) return refused(415, 'the body must be application/pkcs10, PEM');
  try {
    const body = await request.body(REQUEST_SIZE_MAX);
    const { certificate, host } = await pki.signHost(Buffer.from(body).toString('latin1'));
    log.info('host enrolled', { host });
    return textReply(200, 'application/x-x509-cert', certificate);
  } catch (error) {
    if (error instanceof BodyTooLarge) return refused(413, error.message);
    if (error instanceof HeError) return refused(400, error.message);
    throw error;
  }
}

function refused(
  status: number,
  why: string,
  headers: Readonly<Record<string, string>> = {},
): HttpReply {
  return textReply(status, 'text/plain;charset=UTF-8', `${why}\n`, headers);
}
