import { HeError } from '@hosted-engine/ports';
import type { EngineHost, NewHost } from '@hosted-engine/setup';
import { XMLBuilder, XMLParser } from 'fast-xml-parser';

type Element = Readonly<Record<string, unknown>>;

/** The body of a request to add a host whose certificate is of the engine's CA already. */
export function hostElement(host: NewHost): string {
  const builder = new XMLBuilder({});
  return builder.build({
    host: {
      name: host.name,
      address: host.address,
      cluster: { name: host.cluster },
      ssh: { authentication_method: 'publickey', port: host.sshPort },
    },
  });
}

export function parseHost(xml: string): EngineHost {
  return readHost(childOf(parse(xml), 'host'));
}

export function parseHosts(xml: string): EngineHost[] {
  const hosts = parse(xml)['hosts'];
  const list = isElement(hosts) ? hosts['host'] : undefined;
  if (list === undefined) return [];
  return (Array.isArray(list) ? list : [list]).map((host) => readHost(asElement(host)));
}

/** What events tell people, in the engine's order. */
export function parseDescriptions(xml: string): string[] {
  const events = parse(xml)['events'];
  const list = isElement(events) ? events['event'] : undefined;
  if (list === undefined) return [];
  return (Array.isArray(list) ? list : [list]).flatMap((event) => {
    const description = asElement(event)['description'];
    return typeof description === 'string' ? [description] : [];
  });
}

/** What a fault says, or else the HTTP status. */
export function faultText(body: string, status: number): string {
  try {
    const fault = childOf(parse(body), 'fault');
    const parts = [fault['reason'], fault['detail']].filter((part) => typeof part === 'string');
    if (parts.length > 0) return parts.join(' ');
  } catch {
    // Error pages need not be XML.
  }
  return `HTTP status ${status}`;
}

function parse(xml: string): Element {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseTagValue: false,
    parseAttributeValue: false,
  });
  return asElement(parser.parse(xml));
}

function readHost(element: Element): EngineHost {
  const text = (key: string): string => {
    const value = element[key];
    if (typeof value !== 'string') throw unexpected(`host has no ${key.replace('@', '')}`);
    return value;
  };
  return {
    id: text('@id'),
    name: text('name'),
    address: text('address'),
    status: text('status'),
    ...(typeof element['status_detail'] === 'string' ? { detail: element['status_detail'] } : {}),
  };
}

function childOf(parent: Element, name: string): Element {
  const child = parent[name];
  if (!isElement(child)) throw unexpected(`no <${name}>`);
  return child;
}

function asElement(value: unknown): Element {
  if (!isElement(value)) throw unexpected('an element is missing');
  return value;
}

function isElement(value: unknown): value is Element {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unexpected(why: string): HeError {
  return new HeError('HE_ENGINE_REFUSED', `the engine's answer cannot be understood: ${why}`);
}
