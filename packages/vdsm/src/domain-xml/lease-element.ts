/**
 * The sanlock lease in a domain: libvirt takes it before the first instruction of the guest
 * (house.md I1). Who writes the XML does not know where the lease lies, so it writes placeholders.
 */
import { element, elementAt, textOf, type XmlElement } from '../xml/xml-tree.js';

export interface LeasePlace {
  readonly path: string;
  /** Bytes. */
  readonly offset: number;
}

const PATH = /^LEASE-PATH:([^:]+):([^:]+)$/;
const OFFSET = /^LEASE-OFFSET:([^:]+):([^:]+)$/;

/** The lease of a volume, its place still to be filled in. */
export function leaseElement(volumeID: string, domainID: string): XmlElement {
  return element('lease', {}, [
    element('lockspace', {}, [domainID]),
    element('key', {}, [volumeID]),
    element('target', {
      path: `LEASE-PATH:${volumeID}:${domainID}`,
      offset: `LEASE-OFFSET:${volumeID}:${domainID}`,
    }),
  ]);
}

/** The volume whose lease is meant, when the element has a placeholder. */
export function placeholderVolume(lease: XmlElement): string | undefined {
  const { path = '', offset = '' } = elementAt(lease, 'target')?.attributes ?? {};
  return PATH.exec(path)?.[1] ?? OFFSET.exec(offset)?.[1];
}

export function setLeasePlace(lease: XmlElement, place: LeasePlace): void {
  const target = elementAt(lease, 'target');
  if (target === undefined) return;
  target.attributes = { ...target.attributes, path: place.path, offset: String(place.offset) };
}

export interface DomainLease {
  readonly lockspace: string;
  readonly key: string;
  readonly path: string;
  readonly offset: string;
}

export function readLease(lease: XmlElement): DomainLease {
  const { path = '', offset = '0' } = elementAt(lease, 'target')?.attributes ?? {};
  return {
    lockspace: textOf(elementAt(lease, 'lockspace')),
    key: textOf(elementAt(lease, 'key')),
    path,
    offset,
  };
}
