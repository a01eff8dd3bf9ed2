// HTTP Basic authentication of the engine's one administrator.

import type { PasswordCheck } from './password.js';

export const ADMIN_USER = 'admin@internal';
/** libgovirt sends no password before it has seen exactly this challenge. */
export const CHALLENGE = 'Basic realm="RESTAPI"';

export interface BasicCredentials {
  readonly user: string;
  readonly password: string;
}

/** Reads an Authorization header. Undefined when there is none or it is not Basic. */
export function parseBasic(header: string | undefined): BasicCredentials | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header?.trim() ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 0) return undefined;
  return { user: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

/** Whether the header proves to be the administrator's. */
export async function isAdmin(header: string | undefined, check: PasswordCheck): Promise<boolean> {
  const credentials = parseBasic(header);
  if (credentials === undefined || credentials.user !== ADMIN_USER) return false;
  return check.isRight(credentials.password);
}
