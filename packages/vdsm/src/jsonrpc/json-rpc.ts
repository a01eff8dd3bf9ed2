/** JSON-RPC 2.0 as VDSM speaks it (vdsm.md A5): text in, text out, no transport. */
import { VDSM_CODE } from '../vdsm-error.js';

export type RequestId = string | number | null;

export interface RpcRequest {
  readonly id: string | number;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>> | readonly unknown[];
}

export interface RpcFault {
  readonly code: number;
  readonly message: string;
}

/** One element of a request body, judged. */
export type Incoming =
  | { readonly kind: 'request'; readonly request: RpcRequest }
  | { readonly kind: 'notification'; readonly method: string }
  | { readonly kind: 'invalid'; readonly id: RequestId; readonly fault: RpcFault };

export interface IncomingBody {
  readonly items: readonly Incoming[];
  /** Two or more requests at once are answered by an array, everything else by one object. */
  readonly isBatch: boolean;
}

export function parseRequestBody(text: string): IncomingBody {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    const fault = {
      code: VDSM_CODE.parseError,
      message: 'Invalid JSON was received by the server',
    };
    return { items: [{ kind: 'invalid', id: null, fault }], isBatch: false };
  }
  const elements: readonly unknown[] = Array.isArray(body) ? body : [body];
  if (elements.length === 0) return { items: [invalid(null, 'empty batch')], isBatch: false };
  return { items: elements.map(judge), isBatch: elements.length > 1 };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function judge(element: unknown): Incoming {
  if (!isRecord(element)) return invalid(null, 'not an object');
  const { jsonrpc, method, params, id } = element;
  const idGiven = typeof id === 'string' || typeof id === 'number' ? id : null;
  if (jsonrpc !== '2.0') return invalid(idGiven, 'jsonrpc is not "2.0"');
  if (typeof method !== 'string') return invalid(idGiven, 'no method');
  if (id === undefined) return { kind: 'notification', method };
  if (idGiven === null) return invalid(null, 'id is neither text nor number');
  const given = params ?? {};
  if (!isRecord(given) && !Array.isArray(given)) {
    return invalid(idGiven, 'params is neither object nor array');
  }
  return { kind: 'request', request: { id: idGiven, method, params: given } };
}

function invalid(id: RequestId, why: string): Incoming {
  const fault = { code: VDSM_CODE.invalidRequest, message: `Invalid request: ${why}` };
  return { kind: 'invalid', id, fault };
}

export type RpcAnswer =
  | { readonly jsonrpc: '2.0'; readonly id: RequestId; readonly result: unknown }
  | { readonly jsonrpc: '2.0'; readonly id: RequestId; readonly error: RpcFault };

/** A verb without a value answers `true`. */
export function resultAnswer(id: RequestId, result: unknown): RpcAnswer {
  return { jsonrpc: '2.0', id, result: result ?? true };
}

export function faultAnswer(id: RequestId, fault: RpcFault): RpcAnswer {
  return { jsonrpc: '2.0', id, error: { code: fault.code, message: fault.message } };
}

/** JSON with every character beyond ASCII escaped, as VDSM writes it. */
export function toAsciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** An answer as a client reads it; undefined for a body that is none. */
export function parseAnswerBody(text: string): RpcAnswer | undefined {
  const body: unknown = JSON.parse(text);
  const answer: unknown = Array.isArray(body) && body.length === 1 ? body[0] : body;
  if (!isRecord(answer)) return undefined;
  const { id, error } = answer;
  if (typeof id !== 'string' && typeof id !== 'number') return undefined;
  if (error === undefined || error === null) return resultAnswer(id, answer['result']);
  if (!isRecord(error) || typeof error['code'] !== 'number') return undefined;
  const message = typeof error['message'] === 'string' ? error['message'] : 'no message';
  return faultAnswer(id, { code: error['code'], message });
}
