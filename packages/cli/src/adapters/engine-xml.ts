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
  return childrenOf(parse(xml)['hosts'], 'host').map(readHost);
}

export interface EngineCluster {
  readonly id: string;
  readonly name: string;
  /** Its first host has brought a CPU. */
  readonly hasCpu: boolean;
}

export function parseClusters(xml: string): EngineCluster[] {
  return childrenOf(parse(xml)['clusters'], 'cluster').map((cluster) => ({
    id: textOf(cluster, 'cluster', '@id'),
    name: textOf(cluster, 'cluster', 'name'),
    hasCpu: isElement(cluster['cpu']),
  }));
}

/** The body of a request to change the CPU type of a cluster. */
export function clusterCpuElement(type: string): string {
  return new XMLBuilder({}).build({ cluster: { cpu: { type } } });
}

/** What events tell people, in the engine's order. */
export function parseDescriptions(xml: string): string[] {
  return childrenOf(parse(xml)['events'], 'event').flatMap(({ description }) =>
    typeof description === 'string' ? [description] : [],
  );
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
  return {
    id: textOf(element, 'host', '@id'),
    name: textOf(element, 'host', 'name'),
    address: textOf(element, 'host', 'address'),
    status: textOf(element, 'host', 'status'),
    ...(typeof element['status_detail'] === 'string' ? { detail: element['status_detail'] } : {}),
  };
}

function textOf(element: Element, kind: string, key: string): string {
  const value = element[key];
  if (typeof value !== 'string') throw unexpected(`${kind} has no ${key.replace('@', '')}`);
  return value;
}

/** The items of a collection: none, one or several of them. */
function childrenOf(collection: unknown, item: string): Element[] {
  const list = isElement(collection) ? collection[item] : undefined;
  if (list === undefined) return [];
  return (Array.isArray(list) ? list : [list]).map(asElement);
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
