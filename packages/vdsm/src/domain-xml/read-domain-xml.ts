import type { Uuid } from '../verbs/common.js';
import { parseXml, XmlError } from '../xml/parse-xml.js';
import { elementAt, elementsOf, textOf, type XmlElement } from '../xml/xml-tree.js';
import { invalidDefinition } from './invalid-definition.js';
import { type DomainLease, readLease } from './lease-element.js';
import { type DiskMetadata, readDiskMetadata, readLaunchPaused } from './ovirt-metadata.js';

export interface DomainSummary {
  readonly vmId: Uuid;
  readonly name: string;
  readonly memoryKiB: number;
  readonly launchPaused: boolean;
  /** The disks that have to be prepared before the domain can start. */
  readonly volumes: readonly DiskMetadata[];
  readonly leases: readonly DomainLease[];
}

const UNIT_BYTES: Readonly<Record<string, number>> = {
  b: 1,
  bytes: 1,
  KB: 1000,
  k: 1024,
  KiB: 1024,
  MB: 1000 ** 2,
  M: 1024 ** 2,
  MiB: 1024 ** 2,
  GB: 1000 ** 3,
  G: 1024 ** 3,
  GiB: 1024 ** 3,
};

/** What the host daemon must know of a domain before it starts it. @throws HeError HE_CONFIG_INVALID */
export function readDomainXml(xml: string): DomainSummary {
  const domain = parseDomain(xml);
  const vmId = textOf(elementAt(domain, 'uuid')).toLowerCase();
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(vmId)) {
    throw invalidDefinition('the domain has no uuid');
  }
  const devices = elementAt(domain, 'devices');
  return {
    vmId,
    name: textOf(elementAt(domain, 'name')),
    memoryKiB: memoryKiB(elementAt(domain, 'memory')),
    launchPaused: readLaunchPaused(domain),
    volumes: readDiskMetadata(domain),
    leases: devices === undefined ? [] : elementsOf(devices, 'lease').map(readLease),
  };
}

/** @throws HeError HE_CONFIG_INVALID for anything but one `<domain>` */
export function parseDomain(xml: string): XmlElement {
  try {
    const root = parseXml(xml);
    if (root.name === 'domain') return root;
  } catch (cause) {
    if (!(cause instanceof XmlError)) throw cause;
    throw invalidDefinition(`domain XML: ${cause.message}`, cause);
  }
  throw invalidDefinition('the XML is no domain');
}

function memoryKiB(memory: XmlElement | undefined): number {
  const bytes = UNIT_BYTES[memory?.attributes['unit'] ?? 'KiB'];
  const amount = Number(textOf(memory));
  if (bytes === undefined || !(amount > 0)) throw invalidDefinition('the domain has no memory');
  return Math.ceil((amount * bytes) / 1024);
}
