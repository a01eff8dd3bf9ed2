// Answers of the API in the representation that the client asked for.

import type { HttpReply, HttpRequest } from '../http/exchange.js';
import type { Document } from './entity.js';
import { writeJson } from './json-writer.js';
import { writeXml } from './xml-writer.js';

export type Representation = 'xml' | 'json';

/** A refusal in the API's own form. */
export class Fault extends Error {
  readonly status: number;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    detail: string,
    options: { readonly reason?: string; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail);
    this.name = 'Fault';
    this.status = status;
    this.reason = options.reason ?? 'Operation Failed';
    this.headers = options.headers ?? {};
  }
}

/** What the Accept header prefers: XML unless JSON is named with at least the same weight. */
export function representationFor(accept: string | undefined): Representation {
  if (accept === undefined) return 'xml';
  let xml = 0;
  let json = 0;
  for (const part of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim());
    const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    const weight = q === undefined ? 1 : Number(q) || 0;
    if (type === 'application/json') json = Math.max(json, weight);
    if (type === 'application/xml' || type === 'text/xml') xml = Math.max(xml, weight);
    if (type === '*/*' || type === 'application/*') xml = Math.max(xml, weight / 1000);
  }
  return json > xml ? 'json' : 'xml';
}

/** The document with this status. */
export function documentReply(
  request: HttpRequest,
  status: number,
  document: Document,
  headers: Readonly<Record<string, string>> = {},
): HttpReply {
  const isJson = representationFor(request.header('accept')) === 'json';
  return {
    status,
    headers: {
      'content-type': isJson ? 'application/json' : 'application/xml;charset=UTF-8',
      ...headers,
    },
    body: isJson ? writeJson(document) : writeXml(document),
  };
}

/** The fault in the request's representation. */
export function faultReply(request: HttpRequest, fault: Fault): HttpReply {
  const members = { detail: fault.message, reason: fault.reason };
  return documentReply(
    request,
    fault.status,
    { kind: 'entity', name: 'fault', entity: { kind: 'entity', members } },
    fault.headers,
  );
}
