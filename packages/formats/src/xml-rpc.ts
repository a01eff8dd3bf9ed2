// XML-RPC as the HA broker's socket speaks it (ha-daemon reference, "The broker's socket"): both directions
// of both message kinds, so that our clients, our daemon and a Python xmlrpc peer understand each other.
//
//   X1. Whatever encode* returns, decode* gives back unchanged.
//   X2. A message that is not well-formed, or not XML-RPC, throws XmlRpcError; nothing is guessed.
//
// Transport (HTTP, sockets, time-outs) is elsewhere.

import { type PlainElement, PlainXmlError, parsePlainXml } from './plain-xml.js';

/** Integers become `int` (`i8` beyond 32 bits), other numbers `double`, null `nil`, bytes `base64`. */
export type XmlRpcValue =
  | number
  | boolean
  | string
  | null
  | Uint8Array
  | readonly XmlRpcValue[]
  | { readonly [member: string]: XmlRpcValue };

export interface XmlRpcCall {
  readonly method: string;
  readonly params: readonly XmlRpcValue[];
}

export type XmlRpcResponse =
  | { readonly kind: 'value'; readonly value: XmlRpcValue }
  | { readonly kind: 'fault'; readonly code: number; readonly message: string };

/** The text is not an XML-RPC message, or a value has no XML-RPC form. */
export class XmlRpcError extends Error {
  override readonly name = 'XmlRpcError';
}

const DECLARATION = "<?xml version='1.0'?>\n";
const INT_MAX = 2 ** 31 - 1;
const INT_MIN = -(2 ** 31);

export function encodeCall(method: string, params: readonly XmlRpcValue[]): string {
  return `${DECLARATION}<methodCall><methodName>${escapeXml(method)}</methodName>${encodeParams(params)}</methodCall>\n`;
}

export function encodeResponse(value: XmlRpcValue): string {
  return `${DECLARATION}<methodResponse>${encodeParams([value])}</methodResponse>\n`;
}

export function encodeFault(code: number, message: string): string {
  const fault = encodeValue({ faultCode: code, faultString: message });
  return `${DECLARATION}<methodResponse><fault>${fault}</fault></methodResponse>\n`;
}

export function decodeCall(xml: string): XmlRpcCall {
  const call = parse(xml, 'methodCall');
  const method = textOf(only(call, 'methodName')).trim();
  if (method === '') throw new XmlRpcError('the call names no method');
  return { method, params: decodeParams(call) };
}

export function decodeResponse(xml: string): XmlRpcResponse {
  const response = parse(xml, 'methodResponse');
  const fault = child(response, 'fault');
  if (fault !== undefined) return decodeFault(decodeValue(only(fault, 'value')));
  const params = decodeParams(response);
  if (params.length !== 1) throw new XmlRpcError(`the answer holds ${params.length} values, not 1`);
  return { kind: 'value', value: params[0] ?? null };
}

function encodeParams(params: readonly XmlRpcValue[]): string {
  return `<params>${params.map((param) => `<param>${encodeValue(param)}</param>`).join('')}</params>`;
}

function encodeValue(value: XmlRpcValue): string {
  return `<value>${encodeBare(value)}</value>`;
}

function encodeBare(value: XmlRpcValue): string {
  if (value === null) return '<nil/>';
  switch (typeof value) {
    case 'number':
      return encodeNumber(value);
    case 'boolean':
      return `<boolean>${value ? 1 : 0}</boolean>`;
    case 'string':
      return `<string>${escapeXml(value)}</string>`;
    default:
      return encodeCompound(value);
  }
}

function encodeCompound(value: Exclude<XmlRpcValue, number | boolean | string | null>): string {
  if (value instanceof Uint8Array) {
    return `<base64>${Buffer.from(value).toString('base64')}</base64>`;
  }
  if (isArray(value)) return `<array><data>${value.map(encodeValue).join('')}</data></array>`;
  const members = Object.entries(value).map(
    ([name, member]) => `<member><name>${escapeXml(name)}</name>${encodeValue(member)}</member>`,
  );
  return `<struct>${members.join('')}</struct>`;
}

function isArray(value: unknown): value is readonly XmlRpcValue[] {
  return Array.isArray(value);
}

function encodeNumber(value: number): string {
  if (!Number.isFinite(value)) throw new XmlRpcError(`${value} has no XML-RPC form`);
  if (!Number.isSafeInteger(value)) return `<double>${value}</double>`;
  return value > INT_MAX || value < INT_MIN ? `<i8>${value}</i8>` : `<int>${value}</int>`;
}

function escapeXml(text: string): string {
  // XML cannot carry these even as references; binary belongs in base64.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text)) {
    throw new XmlRpcError('a string holds a control character; send it as base64');
  }
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

/** The root element, which must have this name. */
function parse(xml: string, name: string): PlainElement {
  let root: PlainElement;
  try {
    root = parsePlainXml(xml);
  } catch (error) {
    if (error instanceof PlainXmlError) throw new XmlRpcError(`no usable XML: ${error.message}`);
    throw error;
  }
  if (root.name !== name) throw new XmlRpcError(`element <${name}> is missing`);
  return root;
}

function elements(parent: PlainElement, name?: string): readonly PlainElement[] {
  return parent.children.filter((node): node is PlainElement => {
    return typeof node !== 'string' && (name === undefined || node.name === name);
  });
}

function child(parent: PlainElement, name: string): PlainElement | undefined {
  return elements(parent, name)[0];
}

function only(parent: PlainElement, name: string): PlainElement {
  const found = child(parent, name);
  if (found === undefined) throw new XmlRpcError(`element <${name}> is missing`);
  return found;
}

function textOf(element: PlainElement): string {
  return element.children
    .map((node) => {
      if (typeof node === 'string') return node;
      throw new XmlRpcError(`<${node.name}> stands where text belongs`);
    })
    .join('');
}

function decodeParams(parent: PlainElement): XmlRpcValue[] {
  const params = child(parent, 'params');
  if (params === undefined) return [];
  return elements(params, 'param').map((param) => decodeValue(only(param, 'value')));
}

function decodeFault(value: XmlRpcValue): XmlRpcResponse {
  const members = value as Readonly<Record<string, XmlRpcValue>> | null;
  const code = members?.['faultCode'];
  const message = members?.['faultString'];
  if (typeof code !== 'number' || typeof message !== 'string') {
    throw new XmlRpcError('the fault has no faultCode and faultString');
  }
  return { kind: 'fault', code, message };
}

function decodeValue(value: PlainElement): XmlRpcValue {
  const [typed] = elements(value);
  // A value without a type element is a string.
  return typed === undefined ? textOf(value) : decodeTyped(typed);
}

function decodeTyped(body: PlainElement): XmlRpcValue {
  switch (body.name) {
    case 'int':
    case 'i4':
    case 'i8':
      return decodeNumber(textOf(body), /^[+-]?\d+$/);
    case 'double':
      return decodeNumber(textOf(body), /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i);
    case 'boolean':
      return decodeBoolean(textOf(body).trim());
    case 'string':
      return textOf(body);
    case 'nil':
      return null;
    case 'base64':
      return decodeBase64(textOf(body));
    case 'array':
      return elements(only(body, 'data'), 'value').map(decodeValue);
    case 'struct':
      return decodeStruct(body);
    default:
      throw new XmlRpcError(`values of type <${body.name}> are not understood`);
  }
}

function decodeNumber(text: string, form: RegExp): number {
  const trimmed = text.trim();
  if (!form.test(trimmed)) throw new XmlRpcError(`'${trimmed}' is not a number`);
  return Number(trimmed);
}

function decodeBoolean(text: string): boolean {
  if (text !== '0' && text !== '1') throw new XmlRpcError(`'${text}' is not a boolean`);
  return text === '1';
}

function decodeBase64(text: string): Uint8Array {
  const compact = text.replaceAll(/\s/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) throw new XmlRpcError('not base64');
  return new Uint8Array(Buffer.from(compact, 'base64'));
}

function decodeStruct(body: PlainElement): { readonly [member: string]: XmlRpcValue } {
  const members = elements(body, 'member').map((member): [string, XmlRpcValue] => {
    return [textOf(only(member, 'name')), decodeValue(only(member, 'value'))];
  });
  return Object.fromEntries(members);
}
