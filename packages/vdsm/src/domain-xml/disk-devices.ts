import type { VmSpec } from '@hosted-engine/formats';
import { element, type XmlElement } from '../xml/xml-tree.js';
import { addressElement, bootElement, type Machine } from './device-address.js';
import { invalidDefinition } from './invalid-definition.js';
import { leaseElement } from './lease-element.js';
import { type DiskMetadata, diskMetadataElement } from './ovirt-metadata.js';
import { isTrue, textIn } from './vm-settings.js';

const PREFIX: Readonly<Record<string, string>> = {
  virtio: 'vd',
  scsi: 'sd',
  sata: 'sd',
  usb: 'sd',
  ide: 'hd',
  fdc: 'fd',
};

/** What to do when the disk fails: pause the VM, unless the guest is to see the error. */
const ERROR_POLICY: Readonly<Record<string, string>> = {
  off: 'stop',
  on: 'enospace',
  report: 'report',
};

const DRIVER_TYPE: Readonly<Record<string, string>> = { raw: 'raw', cow: 'qcow2', qcow2: 'qcow2' };

export interface DiskParts {
  readonly devices: readonly XmlElement[];
  readonly metadata: readonly XmlElement[];
}

/** All disks and CD-ROMs, with their leases and their part of the metadata. */
export function diskParts(specs: readonly VmSpec[], machine: Machine): DiskParts {
  const names = new Set<string>();
  const parts = specs.map((spec) => {
    const bus = busOf(spec, machine);
    const name = targetName(spec, bus, names);
    if (names.has(name)) throw invalidDefinition(`two disks would be ${name}: index is used twice`);
    names.add(name);
    return oneDisk(spec, bus, name, machine);
  });
  return {
    devices: [...parts.map(({ disk }) => disk), ...parts.flatMap(({ lease }) => lease ?? [])],
    metadata: parts.flatMap(({ metadata }) => metadata ?? []),
  };
}

function oneDisk(
  spec: VmSpec,
  bus: string,
  name: string,
  machine: Machine,
): { disk: XmlElement; lease?: XmlElement; metadata?: XmlElement } {
  const device = textIn(spec, 'device') ?? 'disk';
  const volume = volumeOf(spec, name);
  const isDisk = device === 'disk';
  const disk = element('disk', { type: 'file', device, snapshot: isDisk ? 'no' : undefined }, [
    driverElement(spec, isDisk),
    sourceElement(spec, volume),
    element('target', { dev: name, bus }),
    isTrue(textIn(spec, 'readonly')) || device === 'cdrom' ? element('readonly') : undefined,
    volume?.shared === 'shared' ? element('shareable') : undefined,
    serialElement(spec, volume, isDisk),
    bootElement(spec),
    bus === textIn(spec, 'iface') ? addressElement(spec, machine) : undefined,
  ]);
  if (volume === undefined) return { disk };
  const metadata = diskMetadataElement(volume);
  if (volume.shared !== 'exclusive') return { disk, metadata };
  return { disk, metadata, lease: leaseElement(volume.volumeID, volume.domainID) };
}

function busOf(spec: VmSpec, machine: Machine): string {
  const iface = textIn(spec, 'iface') ?? 'virtio';
  const bus = machine.isQ35 && iface === 'ide' ? 'sata' : iface;
  if (PREFIX[bus] === undefined) throw invalidDefinition(`disk with an unknown iface ${iface}`);
  return bus;
}

/** By `index` (0 is a), or the first free one of its kind. */
function targetName(spec: VmSpec, bus: string, taken: ReadonlySet<string>): string {
  const prefix = PREFIX[bus] ?? '';
  const index = textIn(spec, 'index');
  if (index !== undefined) {
    if (!/^\d{1,4}$/.test(index)) throw invalidDefinition(`disk index ${index}`);
    return prefix + letters(Number(index));
  }
  for (let free = 0; ; free += 1) {
    const name = prefix + letters(free);
    if (!taken.has(name)) return name;
  }
}

/** 0 is a, 25 is z, 26 is aa. */
function letters(index: number): string {
  const last = String.fromCharCode(97 + (index % 26));
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
}

function volumeOf(spec: VmSpec, name: string): DiskMetadata | undefined {
  const [poolID, domainID, imageID, volumeID] = [
    textIn(spec, 'poolID'),
    textIn(spec, 'domainID'),
    textIn(spec, 'imageID'),
    textIn(spec, 'volumeID'),
  ];
  if (volumeID === undefined) return undefined;
  if (poolID === undefined || domainID === undefined || imageID === undefined) {
    throw invalidDefinition(`disk ${name} lacks poolID, domainID or imageID`);
  }
  return { name, poolID, domainID, imageID, volumeID, shared: sharedOf(spec, name) };
}

function sharedOf(spec: VmSpec, name: string): string {
  const shared = textIn(spec, 'shared')?.toLowerCase() ?? 'none';
  if (shared === 'exclusive' || shared === 'none') return shared;
  if (shared === 'shared' || shared === 'true') return 'shared';
  if (shared === 'false') return 'none';
  throw invalidDefinition(`disk ${name}: shared=${shared} is not supported`);
}

function driverElement(spec: VmSpec, isDisk: boolean): XmlElement {
  const format = textIn(spec, 'format') ?? 'raw';
  const type = isDisk ? DRIVER_TYPE[format] : 'raw';
  if (type === undefined) throw invalidDefinition(`disk format ${format}`);
  const propagateErrors = textIn(spec, 'propagateErrors')?.toLowerCase() ?? 'off';
  return element('driver', {
    name: 'qemu',
    type,
    cache: isDisk ? (textIn(spec, 'cache') ?? 'none') : undefined,
    error_policy: isDisk ? (ERROR_POLICY[propagateErrors] ?? 'stop') : 'report',
    io: isDisk ? 'threads' : undefined,
  });
}

/**
 * A volume's path is what Image.prepare gives without a pool; the host daemon fills in the real
 * one. libvirt must not change the owner of what other hosts and VDSM share.
 */
function sourceElement(spec: VmSpec, volume: DiskMetadata | undefined): XmlElement | undefined {
  const file =
    volume === undefined
      ? textIn(spec, 'path')
      : `/run/vdsm/storage/${volume.domainID}/${volume.imageID}/${volume.volumeID}`;
  if (file === undefined) return undefined;
  return element('source', { file }, [element('seclabel', { model: 'dac', relabel: 'no' })]);
}

function serialElement(
  spec: VmSpec,
  volume: DiskMetadata | undefined,
  isDisk: boolean,
): XmlElement | undefined {
  const serial = textIn(spec, 'serial') ?? (isDisk ? volume?.imageID : undefined);
  return serial === undefined ? undefined : element('serial', {}, [serial]);
}
