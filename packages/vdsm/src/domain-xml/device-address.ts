import type { VmSpec } from '@hosted-engine/formats';
import { element, type XmlElement } from '../xml/xml-tree.js';
import { invalidDefinition } from './invalid-definition.js';
import { textIn } from './vm-settings.js';

/** Facts of the whole machine that single devices depend on. */
export interface Machine {
  readonly emulation: boolean;
  /** PCI Express instead of PCI, SATA instead of IDE. */
  readonly isQ35: boolean;
}

/** The device's place on its bus. PCI places chosen for the old board mean nothing on q35. */
export function addressElement(device: VmSpec, machine: Machine): XmlElement | undefined {
  const address = device['address'];
  if (address === undefined || typeof address === 'string') return undefined;
  const { type = 'pci', ...rest } = address;
  if (machine.isQ35 && type === 'pci') return undefined;
  const attributes = Object.entries({ type, ...rest }).map(([key, value]) => {
    if (!/^[a-z]+$/i.test(key) || typeof value !== 'string') {
      throw invalidDefinition(`address of a ${textIn(device, 'type') ?? 'device'}: ${key}`);
    }
    return [key, value] as const;
  });
  return element('address', Object.fromEntries(attributes));
}

export function bootElement(device: VmSpec): XmlElement | undefined {
  const order = textIn(device, 'bootOrder');
  return order === undefined ? undefined : element('boot', { order });
}
