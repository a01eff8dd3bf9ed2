/** oVirt's own part of a domain's metadata. */
import { element, elementAt, elementsOf, textOf, type XmlElement } from '../xml/xml-tree.js';

export const OVIRT_VM_NAMESPACE = 'http://ovirt.org/vm/1.0';

/** The four ids of a disk's volume, and how other hosts may use it. */
export interface DiskMetadata {
  /** Target of the disk, such as `vda`. */
  readonly name: string;
  readonly poolID: string;
  readonly domainID: string;
  readonly imageID: string;
  readonly volumeID: string;
  readonly shared: string;
}

/** The `ovirt-vm:vm` element, when there is one. */
export function ovirtMetadata(domain: XmlElement): XmlElement | undefined {
  return elementAt(domain, 'metadata', 'ovirt-vm:vm');
}

export function diskMetadataElement(disk: DiskMetadata): XmlElement {
  const inner = (['poolID', 'volumeID', 'imageID', 'domainID', 'shared'] as const).map((key) =>
    element(`ovirt-vm:${key}`, {}, [disk[key]]),
  );
  return element('ovirt-vm:device', { devtype: 'disk', name: disk.name }, inner);
}

/** The disks that metadata ties to volumes. */
export function readDiskMetadata(domain: XmlElement): DiskMetadata[] {
  const metadata = ovirtMetadata(domain);
  if (metadata === undefined) return [];
  return elementsOf(metadata, 'ovirt-vm:device')
    .filter(({ attributes }) => attributes['devtype'] === 'disk')
    .map((device) => {
      const text = (key: string): string => textOf(elementAt(device, `ovirt-vm:${key}`));
      return {
        name: device.attributes['name'] ?? '',
        poolID: text('poolID'),
        domainID: text('domainID'),
        imageID: text('imageID'),
        volumeID: text('volumeID'),
        shared: text('shared'),
      };
    })
    .filter(({ volumeID }) => volumeID !== '');
}

export function readLaunchPaused(domain: XmlElement): boolean {
  const metadata = ovirtMetadata(domain);
  if (metadata === undefined) return false;
  return textOf(elementAt(metadata, 'ovirt-vm:launchPaused')).toLowerCase() === 'true';
}

/** Sets `launchPaused` to true, making the metadata when there is none. */
export function setLaunchPaused(domain: XmlElement): void {
  const flag = element('ovirt-vm:launchPaused', {}, ['true']);
  const vm = ovirtMetadata(domain);
  if (vm !== undefined) {
    const others = vm.children.filter(
      (child) => child.kind !== 'element' || child.name !== flag.name,
    );
    vm.children = [...others, flag];
    return;
  }
  const fresh = element('ovirt-vm:vm', { 'xmlns:ovirt-vm': OVIRT_VM_NAMESPACE }, [flag]);
  const metadata = elementAt(domain, 'metadata');
  if (metadata === undefined) {
    domain.children = [...domain.children, element('metadata', {}, [fresh])];
  } else {
    metadata.children = [...metadata.children, fresh];
  }
}
