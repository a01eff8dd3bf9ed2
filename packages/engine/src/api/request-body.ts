// Reads the entity that a client sent, XML or JSON, into one plain form. XML with a document type is
// refused: no entity of it is ever expanded.

import type { HttpRequest } from '../http/exchange.js';
import { BodyTooLarge } from '../http/exchange.js';
import { Fault } from './reply.js';

/** Texts and nested members; attributes count as members. */
export interface BodyNode {
  readonly [member: string]: BodyValue;
}
export type BodyValue = string | BodyNode | readonly BodyValue[];

const BODY_SIZE_MAX = 1024 * 1024;
const DEPTH_MAX = 32;

/** The members of the one entity, which in XML must be named `root`. Throws Fault 400 or 415. */
export async function readEntity(request: HttpRequest, root: string): Promise<BodyNode> {
  const type = (request.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase();
  const isJson = type === 'application/json';
  if (!isJson && type !== 'application/xml' && type !== 'text/xml') {
    throw new Fault(415, '[The body must be application/xml or application/json]');
  }
  const text = await bodyText(request);
  return isJson ? parseJsonEntity(text) : parseXmlEntity(text, root);
}

async function bodyText(request: HttpRequest): Promise<string> {
  try {
    const bytes = await request.body(BODY_SIZE_MAX);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof BodyTooLarge) throw new Fault(413, `[${error.message}]`);
    if (error instanceof TypeError) throw malformed('the body is not UTF-8');
    throw error;
  }
}

function parseJsonEntity(text: string): BodyNode {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed('the body is not well-formed JSON');
  }
  const plain = plainOf(value, 0);
  if (plain === undefined || typeof plain === 'string' || isArray(plain)) {
    throw malformed('the body must be a JSON object');
  }
  return plain;
}

/** Numbers and booleans become texts, as they are in XML; nulls are absent. */
function plainOf(value: unknown, depth: number): BodyValue | undefined {
  if (depth > DEPTH_MAX) throw malformed('the body is nested too deeply');
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value)) {
    return value.map((item) => plainOf(item, depth + 1)).filter((item) => item !== undefined);
  }
  if (typeof value === 'object') {
    const node: Record<string, BodyValue> = Object.create(null) as Record<string, BodyValue>;
    for (const [key, member] of Object.entries(value)) {
      const plain = plainOf(member, depth + 1);
      if (plain !== undefined) node[key] = plain;
    }
    return node;
  }
  return String(value);
}

async function parseXmlEntity(text: string, root: string): Promise<BodyNode> {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw malformed('a document type is not allowed');
  // Loaded on first use: it would cost the emulated CPU of a booting appliance a quarter second.
  const { XMLParser, XMLValidator } = await import('fast-xml-parser');
  const checked = XMLValidator.validate(text);
  if (checked !== true) throw malformed(`the body is not well-formed XML: ${checked.err.msg}`);
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    parseAttributeValue: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
    trimValues: true,
    removeNSPrefix: true,
    htmlEntities: false,
    maxNestedTags: DEPTH_MAX,
  });
  let parsed: unknown;
  try {
    parsed = parser.parse(text);
  } catch {
    throw malformed('the body is not well-formed XML');
  }
  const document = plainOf(parsed, 0);
  if (document === undefined || typeof document === 'string' || isArray(document)) {
    throw malformed('the body is empty');
  }
  const entity = document[root];
  if (entity === undefined || Object.keys(document).length !== 1) {
    throw malformed(`the root element must be ${root}`);
  }
  if (isArray(entity)) throw malformed(`one ${root} is expected`);
  // An element without members, such as <host/>, is an empty text here.
  return typeof entity === 'string' ? {} : entity;
}

/** A member that must be text; undefined when absent or empty. Throws Fault 400 otherwise. */
export function textMember(node: BodyNode, name: string): string | undefined {
  const value = node[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw malformed(`${name} must be a text`);
  return value;
}

/** A member that must be a group of members. Throws Fault 400 otherwise. */
export function groupMember(node: BodyNode, name: string): BodyNode | undefined {
  const value = node[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string' || isArray(value)) throw malformed(`${name} must have members`);
  return value;
}

/** A member that must be a whole number. Throws Fault 400 otherwise. */
export function integerMember(node: BodyNode, name: string): number | undefined {
  const text = textMember(node, name);
  if (text === undefined) return undefined;
  if (!/^-?\d{1,15}$/.test(text)) throw malformed(`${name} must be a whole number`);
  return Number(text);
}

function isArray(value: BodyValue): value is readonly BodyValue[] {
  return Array.isArray(value);
}

function malformed(why: string): Fault {
  return new Fault(400, `[${why}]`, { reason: 'Malformed request' });
}
