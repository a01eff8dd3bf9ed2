// What hosted engine wants to know of an OVF descriptor: the disk, the memory and the CPUs of the one VM in
// it. Reads both dialects: the standard's envelope, and oVirt's, which has sections where the standard has
// elements of their own, sizes in GiB, and sockets and cores beside the quantity.

import { attributeOf, type PlainElement, PlainXmlError, parsePlainXml } from './plain-xml.js';

export interface OvfDisk {
  /** Name of the disk's file as the descriptor gives it: a path beside it, or oVirt's IMAGE/VOLUME. */
  readonly file: string;
  /** Bytes of the virtual disk; undefined when the descriptor does not say. */
  readonly capacity: number | undefined;
  /** Bytes of the file; undefined when the descriptor does not say. */
  readonly fileSize: number | undefined;
  /** The file is compressed once more: the standard's `compression="gzip"`. */
  readonly isGzip: boolean;
}

export interface OvfMachine {
  readonly name: string | undefined;
  readonly vCpus: number | undefined;
  readonly memoryMiB: number | undefined;
  readonly disks: readonly OvfDisk[];
}

/** A descriptor that cannot be used; the message says why. */
export class OvfError extends Error {
  override readonly name = 'OvfError';
}

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const RESOURCE = { cpu: '3', memory: '4' } as const;

/** @throws OvfError */
export function parseOvf(text: string): OvfMachine {
  const root = parseRoot(text);
  if (localName(root) !== 'Envelope') throw new OvfError('it is no OVF envelope');
  const items = all(root, 'Item');
  const machines = [...all(root, 'VirtualSystem'), ...all(root, 'Content')];
  if (machines.length > 1) throw new OvfError(`it describes ${machines.length} machines`);
  const cpu = itemOf(items, RESOURCE.cpu);
  const memory = itemOf(items, RESOURCE.memory);
  return {
    name: machines.map((machine) => nameOf(machine)).find((name) => name !== undefined),
    vCpus: cpu === undefined ? undefined : cpuCount(cpu),
    memoryMiB: memory === undefined ? undefined : memorySize(memory),
    disks: all(root, 'Disk').map((disk) => diskOf(disk, all(root, 'File'))),
  };
}

function parseRoot(text: string): PlainElement {
  try {
    // A byte order mark is no part of the document.
    return parsePlainXml(text.replace(/^\uFEFF/, ''));
  } catch (thrown) {
    if (!(thrown instanceof PlainXmlError)) throw thrown;
    throw new OvfError(`it is no XML: ${thrown.message}`);
  }
}

/** Its own name: a direct child, for the elements below it have names too. */
function nameOf(machine: PlainElement): string | undefined {
  const child = elementsOf(machine).find((one) => localName(one) === 'Name');
  const text = child === undefined ? undefined : textOf(child);
  return text === '' ? undefined : text;
}

function itemOf(items: readonly PlainElement[], type: string): PlainElement | undefined {
  return items.find((item) => childText(item, 'ResourceType') === type);
}

function cpuCount(item: PlainElement): number {
  const [sockets, cores, threads] = ['num_of_sockets', 'cpu_per_socket', 'threads_per_cpu'].map(
    (name) => childText(item, name),
  );
  if (sockets !== undefined) {
    return positive(sockets) * positive(cores ?? '1') * positive(threads ?? '1');
  }
  return positive(childText(item, 'VirtualQuantity') ?? '');
}

function memorySize(item: PlainElement): number {
  const quantity = positive(childText(item, 'VirtualQuantity') ?? '');
  const unit = unitSize(childText(item, 'AllocationUnits') ?? 'MegaBytes');
  const size = (quantity * unit) / MIB;
  if (!Number.isInteger(size)) throw new OvfError(`its memory is no whole number of MiB`);
  return size;
}

function diskOf(disk: PlainElement, files: readonly PlainElement[]): OvfDisk {
  const reference = attributeOf(disk, 'fileRef');
  if (reference === undefined) throw new OvfError('a disk of it has no file');
  const file = files.find((one) => attributeOf(one, 'id') === reference);
  return {
    // oVirt's own reference is the path itself.
    file: (file && attributeOf(file, 'href')) ?? reference,
    capacity: capacityOf(disk),
    fileSize: optionalNumber(file && attributeOf(file, 'size')),
    isGzip: (file && attributeOf(file, 'compression'))?.toLowerCase() === 'gzip',
  };
}

function capacityOf(disk: PlainElement): number | undefined {
  const capacity = optionalNumber(attributeOf(disk, 'capacity'));
  if (capacity !== undefined) {
    return capacity * unitSize(attributeOf(disk, 'capacityAllocationUnits') ?? 'byte');
  }
  const gibibytes = optionalNumber(attributeOf(disk, 'size'));
  return gibibytes === undefined ? undefined : gibibytes * GIB;
}

/** `byte * 2^30`, and the words that older writers use. */
function unitSize(text: string): number {
  const unit = text.trim().toLowerCase();
  const power = /^bytes?\s*\*\s*2\s*\^\s*(\d{1,2})$/.exec(unit)?.[1];
  if (power !== undefined) return 2 ** Number(power);
  const [, prefix] = /^(kilo|mega|giga|)bytes?$/.exec(unit) ?? [];
  const sizes: Readonly<Record<string, number>> = { '': 1, kilo: 1024, mega: MIB, giga: GIB };
  const size = prefix === undefined ? undefined : sizes[prefix];
  if (size === undefined) throw new OvfError(`"${text}" is no unit that is known`);
  return size;
}

function positive(text: string): number {
  const value = Number(text.trim());
  if (/^\d{1,10}$/.test(text.trim()) && value > 0) return value;
  throw new OvfError(`"${text}" is no positive number`);
}

function optionalNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,15}$/.test(text.trim())) return undefined;
  return Number(text.trim());
}

function all(root: PlainElement, name: string): PlainElement[] {
  return elementsOf(root).flatMap((child) => [
    ...(localName(child) === name ? [child] : []),
    ...all(child, name),
  ]);
}

function elementsOf(parent: PlainElement): PlainElement[] {
  return parent.children.filter((node): node is PlainElement => typeof node !== 'string');
}

function childText(parent: PlainElement, name: string): string | undefined {
  const child = elementsOf(parent).find((one) => localName(one) === name);
  return child === undefined ? undefined : textOf(child);
}

function textOf(element: PlainElement): string {
  return element.children
    .filter((node) => typeof node === 'string')
    .join('')
    .trim();
}

function localName({ name }: PlainElement): string {
  return name.slice(name.indexOf(':') + 1);
}
