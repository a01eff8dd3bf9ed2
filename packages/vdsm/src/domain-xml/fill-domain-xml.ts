/**
 * The last step before libvirt gets a domain: paths of the prepared disks, places of the leases,
 * facts of this host. Everything else passes unchanged.
 */
import type { Uuid } from '../verbs/common.js';
import { serializeXml } from '../xml/serialize-xml.js';
import { element, elementAt, elementsOf, type XmlElement } from '../xml/xml-tree.js';
import { adaptToEmulation } from './emulation.js';
import { invalidDefinition } from './invalid-definition.js';
import {
  type LeasePlace,
  leaseElement,
  placeholderVolume,
  readLease,
  setLeasePlace,
} from './lease-element.js';
import { type DiskMetadata, readDiskMetadata } from './ovirt-metadata.js';
import { parseDomain } from './read-domain-xml.js';

export interface PreparedVolume {
  /** What Image.prepare gave. */
  readonly path: string;
  /** Where the volume's lease lies; storage without leases has none. */
  readonly lease?: LeasePlace;
}

export interface DomainFill {
  /** By volume id: one for each of DomainSummary.volumes. */
  readonly volumes: ReadonlyMap<Uuid, PreparedVolume>;
  readonly host: {
    readonly osName: string;
    readonly osVersion: string;
    readonly serial: string;
  };
  /** Run without KVM, whatever the XML asks for. */
  readonly emulation: boolean;
}

/**
 * @throws HeError HE_CONFIG_INVALID when a disk or lease remains open. A disk marked `exclusive`
 *   never passes without its lease (house.md I1).
 */
export function fillDomainXml(xml: string, fill: DomainFill): string {
  const domain = parseDomain(xml);
  const devices = elementAt(domain, 'devices');
  if (devices === undefined) throw invalidDefinition('the domain has no devices');
  for (const disk of readDiskMetadata(domain)) fillDisk(devices, disk, fill);
  for (const lease of elementsOf(devices, 'lease')) fillLease(lease, fill);
  fillSysinfo(domain, fill);
  if (fill.emulation) adaptToEmulation(domain);
  return serializeXml(domain);
}

function fillDisk(devices: XmlElement, metadata: DiskMetadata, fill: DomainFill): void {
  const { name, volumeID } = metadata;
  const disk = elementsOf(devices, 'disk').find(
    (candidate) => elementAt(candidate, 'target')?.attributes['dev'] === name,
  );
  if (disk === undefined)
    throw invalidDefinition(`metadata names a disk "${name}" that is not there`);
  const prepared = fill.volumes.get(volumeID);
  if (prepared === undefined) throw invalidDefinition(`volume ${volumeID} was not prepared`);
  setSource(disk, prepared.path);
  if (metadata.shared === 'exclusive') requireLease(devices, metadata, prepared);
}

/** Whatever the source was before, it is a file now; its labels stay. */
function setSource(disk: XmlElement, path: string): void {
  disk.attributes = { ...disk.attributes, type: 'file' };
  const source = elementAt(disk, 'source');
  if (source === undefined) {
    disk.children = [...disk.children, element('source', { file: path })];
    return;
  }
  const { dev: _dev, ...kept } = source.attributes;
  source.attributes = { ...kept, file: path };
}

function requireLease(devices: XmlElement, disk: DiskMetadata, prepared: PreparedVolume): void {
  if (prepared.lease === undefined) {
    throw invalidDefinition(`volume ${disk.volumeID} is exclusive, but its storage has no leases`);
  }
  const isThere = elementsOf(devices, 'lease').some((lease) => {
    const { key, lockspace } = readLease(lease);
    return key === disk.volumeID && lockspace === disk.domainID;
  });
  if (isThere) return;
  devices.children = [...devices.children, leaseElement(disk.volumeID, disk.domainID)];
}

function fillLease(lease: XmlElement, fill: DomainFill): void {
  const volumeID = placeholderVolume(lease);
  if (volumeID === undefined) return;
  const place = fill.volumes.get(volumeID)?.lease;
  if (place === undefined) throw invalidDefinition(`no lease known for volume ${volumeID}`);
  setLeasePlace(lease, place);
}

function fillSysinfo(domain: XmlElement, { host }: DomainFill): void {
  const values: Readonly<Record<string, string>> = {
    'OS-NAME:': host.osName,
    'OS-VERSION:': host.osVersion,
    'HOST-SERIAL:': host.serial,
  };
  for (const sysinfo of elementsOf(domain, 'sysinfo')) {
    for (const group of elementsOf(sysinfo)) {
      for (const entry of elementsOf(group, 'entry')) {
        entry.children = entry.children.map((child) =>
          child.kind === 'text'
            ? { kind: 'text', text: values[child.text.trim()] ?? child.text }
            : child,
        );
      }
    }
  }
}
