// What every request to the API brings besides its body.

import { randomUUID } from 'node:crypto';
import type { HttpRequest } from '../http/exchange.js';
import { Fault } from './reply.js';

export interface ApiContext {
  /** Path prefix of every href in the answer: as the client wrote it, with or without `/v4`. */
  readonly base: string;
  /** Path below the API, without leading and trailing slash. */
  readonly path: string;
  readonly correlationId: string;
  /** Undefined: no limit. */
  readonly max: number | undefined;
  readonly search: string;
  readonly isCaseSensitive: boolean;
  readonly isAllContent: boolean;
}

const API = '/ovirt-engine/api';
/** What the first set-up programs used. */
const LEGACY_API = '/api';

/** Whether the path belongs to the API. */
export function isApiPath(path: string): boolean {
  return [API, LEGACY_API].some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
}

/** Reads path, parameters and headers. Throws Fault 400. */
export function apiContext(request: HttpRequest): ApiContext {
  const prefix = request.path.startsWith(API) ? API : LEGACY_API;
  const segments = request.path.slice(prefix.length).split('/').filter(Boolean);
  const version = /^v(\d+)$/.exec(segments[0] ?? '')?.[1];
  if (version !== undefined) segments.shift();
  const wanted = version ?? request.header('version') ?? '4';
  if (wanted.trim() !== '4') {
    throw new Fault(400, `[API version ${wanted} is not supported, only version 4]`);
  }
  return {
    base: version === undefined ? API : `${API}/v4`,
    path: segments.join('/'),
    correlationId: correlationId(request),
    max: maxOf(request.parameters.get('max')),
    search: request.parameters.get('search') ?? '',
    isCaseSensitive: flag(request, 'case_sensitive', 'case-sensitive', true),
    isAllContent: flag(request, 'all_content', 'all-content', false),
  };
}

function correlationId(request: HttpRequest): string {
  const given = request.header('correlation-id') ?? request.parameters.get('correlation_id') ?? '';
  const clean = given.replace(/[^0-9A-Za-z_-]/g, '').slice(0, 36);
  return clean === '' ? randomUUID() : clean;
}

function maxOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^-?\d{1,9}$/.test(text)) throw new Fault(400, `[max must be a whole number: ${text}]`);
  const max = Number(text);
  return max < 0 ? undefined : max;
}

/** A parameter that is there without a value counts as true. The parameter wins over the header. */
export function flag(
  request: HttpRequest,
  parameter: string,
  header: string,
  otherwise: boolean,
): boolean {
  const text = request.parameters.get(parameter) ?? request.header(header);
  if (text === undefined) return otherwise;
  switch (text.trim().toLowerCase()) {
    case '':
    case 'true':
      return true;
    case 'false':
      return false;
    default:
      throw new Fault(400, `[${parameter} must be true or false: ${text}]`);
  }
}
