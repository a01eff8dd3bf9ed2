// XML-RPC as the HA broker's socket speaks it (ha-daemon reference, "The broker's socket"): both directions
// of both message kinds, so that our clients, our daemon and a Python xmlrpc peer understand each other.
//
//   X1. Whatever encode* returns, decode* gives back unchanged.
//   X2. A message that is not well-formed, or not XML-RPC, throws XmlRpcError; nothing is guessed.
//
// Transport (HTTP, sockets, time-outs) is elsewhere.

import { XMLParser, XMLValidator } from 'fast-xml-parser';

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
  const call = only(parse(xml), 'methodCall');
  const method = textOf(only(call, 'methodName')).trim();
  if (method === '') throw new XmlRpcError('the call names no method');
  return { method, params: decodeParams(call) };
}

export function decodeResponse(xml: string): XmlRpcResponse {
  const response = only(parse(xml), 'methodResponse');
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

/** fast-xml-parser's ordered form: an element is an object with its name as the only key. */
type Ordered = readonly { readonly [name: string]: unknown }[];

function parse(xml: string): Ordered {
  const valid = XMLValidator.validate(xml);
  if (valid !== true) throw new XmlRpcError(`not well-formed XML: ${valid.err.msg}`);
  const parser = new XMLParser({
    preserveOrder: true,
    parseTagValue: false,
    trimValues: false,
    ignoreAttributes: true,
    ignoreDeclaration: true,
    ignorePiTags: true,
    htmlEntities: true,
    cdataPropName: '#cdata',
  });
  return asOrdered(parser.parse(xml));
}

function asOrdered(value: unknown): Ordered {
  if (!Array.isArray(value)) throw new XmlRpcError('an element was expected');
  return value;
}

function child(parent: Ordered, name: string): Ordered | undefined {
  const found = parent.find((element) => name in element);
  return found === undefined ? undefined : asOrdered(found[name]);
}

function only(parent: Ordered, name: string): Ordered {
  const found = child(parent, name);
  if (found === undefined) throw new XmlRpcError(`element <${name}> is missing`);
  return found;
}

function textOf(element: Ordered): string {
  return element
    .map((part) => {
      if ('#text' in part) return String(part['#text']);
      if ('#cdata' in part) return textOf(asOrdered(part['#cdata']));
      throw new XmlRpcError(`<${Object.keys(part)[0] ?? '?'}> stands where text belongs`);
    })
    .join('');
}

function decodeParams(parent: Ordered): XmlRpcValue[] {
  return (child(parent, 'params') ?? [])
    .filter((element) => 'param' in element)
    .map((element) => decodeValue(only(asOrdered(element['param']), 'value')));
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

function decodeValue(value: Ordered): XmlRpcValue {
  const typed = value.find((part) => !('#text' in part) && !('#cdata' in part));
  // A value without a type element is a string.
  if (typed === undefined) return textOf(value);
  const type = Object.keys(typed)[0] ?? '';
  return decodeTyped(type, asOrdered(typed[type]));
}

function decodeTyped(type: string, body: Ordered): XmlRpcValue {
  switch (type) {
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
      return only(body, 'data')
        .filter((element) => 'value' in element)
        .map((element) => decodeValue(asOrdered(element['value'])));
    case 'struct':
      return decodeStruct(body);
    default:
      throw new XmlRpcError(`values of type <${type}> are not understood`);
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

function decodeStruct(body: Ordered): { readonly [member: string]: XmlRpcValue } {
  const members = body
    .filter((element) => 'member' in element)
    .map((element): [string, XmlRpcValue] => {
      const member = asOrdered(element['member']);
      return [textOf(only(member, 'name')), decodeValue(only(member, 'value'))];
    });
  return Object.fromEntries(members);
}
