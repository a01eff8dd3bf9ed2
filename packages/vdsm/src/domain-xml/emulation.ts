import {
  element,
  elementAt,
  elementsOf,
  removeChildren,
  textOf,
  type XmlElement,
} from '../xml/xml-tree.js';

/** Clocks that only KVM has, or whose catching-up only KVM does. */
const KVM_TIMERS = ['kvmclock', 'hypervclock', 'pit'];

const CAPABILITIES = 'qemu:capabilities';
const OVERRIDE = 'qemu:override';
const DELETED = 'qemu:del';
const QEMU_NAMESPACE = 'http://libvirt.org/schemas/domain/qemu/1.0';
/**
 * KiB, where none was said: enough for 1024 x 768. QEMU sends it last, and the target clears all of libvirt's 16 MiB
 * while the guest stands still.
 */
const VIDEO_MEMORY = '4096';
/** libvirt's name for QEMU's telling of each CPU feature by itself. */
const CPU_FEATURES_ONE_BY_ONE = 'cpu-unavailable-features';

/**
 * Makes a domain one that QEMU runs without KVM: no CPU model (the host's cannot be had, and most
 * named ones ask for more than TCG emulates), none of KVM's own features. Topology is kept.
 *
 * At each start libvirt asks QEMU for some 400 features of the CPU, one after another: most of the time that a
 * start takes here. Without that ability of QEMU's it asks for all in two questions, which leave out only
 * features in registers that an emulated CPU does not have.
 */
export function adaptToEmulation(domain: XmlElement): void {
  domain.attributes = { ...domain.attributes, type: 'qemu' };
  const cpu = elementAt(domain, 'cpu');
  if (cpu !== undefined) {
    cpu.attributes = {};
    removeChildren(cpu, ['model', 'vendor', 'feature', 'cache', 'maxphysaddr']);
    if (elementsOf(cpu).length === 0) removeChildren(domain, ['cpu']);
  }
  const features = elementAt(domain, 'features');
  if (features !== undefined) removeChildren(features, ['kvm', 'hyperv']);
  const clock = elementAt(domain, 'clock');
  if (clock !== undefined) {
    clock.children = clock.children.filter(
      (child) => child.kind !== 'element' || !KVM_TIMERS.includes(child.attributes['name'] ?? ''),
    );
    if (elementsOf(clock).length === 0 && textOf(clock) === '') clock.children = [];
  }
  for (const video of elementsOf(elementAt(domain, 'devices') ?? domain, 'video')) {
    const model = elementAt(video, 'model');
    if (model?.attributes['type'] !== 'vga') continue;
    model.attributes = { vram: VIDEO_MEMORY, ...model.attributes };
  }
  withoutSingleCpuFeatures(domain);
  withoutGuestAnnouncement(domain);
}

function withoutSingleCpuFeatures(domain: XmlElement): void {
  const capabilities = qemuElement(domain, CAPABILITIES);
  const isThere = elementsOf(capabilities, DELETED).some(
    ({ attributes }) => attributes['capability'] === CPU_FEATURES_ONE_BY_ONE,
  );
  if (isThere) return;
  const deleted = element(DELETED, { capability: CPU_FEATURES_ONE_BY_ONE });
  capabilities.children = [...capabilities.children, deleted];
}

/**
 * After a migration QEMU tells the switches where the guest is now, by itself. With virtio the guest does so too, for
 * each of its addresses: for an emulated CPU an eighth of what keeps clients waiting for the first answer.
 */
function withoutGuestAnnouncement(domain: XmlElement): void {
  const override = qemuElement(domain, OVERRIDE);
  const nics = elementsOf(elementAt(domain, 'devices') ?? domain, 'interface');
  nics.forEach((nic, index) => {
    const isVirtio = elementAt(nic, 'model')?.attributes['type'] === 'virtio';
    // libvirt's own numbering; aliases that are given are not taken.
    const alias = `net${index}`;
    const isThere = elementsOf(override).some(({ attributes }) => attributes['alias'] === alias);
    if (!isVirtio || isThere) return;
    const property = { name: 'guest_announce', type: 'bool', value: 'false' };
    const frontend = element('qemu:frontend', {}, [element('qemu:property', property)]);
    override.children = [...override.children, element('qemu:device', { alias }, [frontend])];
  });
  if (override.children.length === 0) removeChildren(domain, [OVERRIDE]);
}

/** That one of libvirt's own elements for QEMU, made when it is missing. */
function qemuElement(domain: XmlElement, name: string): XmlElement {
  const found = elementAt(domain, name);
  if (found !== undefined) return found;
  const made = element(name, { 'xmlns:qemu': QEMU_NAMESPACE });
  domain.children = [...domain.children, made];
  return made;
}
