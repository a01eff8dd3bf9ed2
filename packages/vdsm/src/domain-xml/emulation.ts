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
const DELETED = 'qemu:del';
const QEMU_NAMESPACE = 'http://libvirt.org/schemas/domain/qemu/1.0';
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
  withoutSingleCpuFeatures(domain);
}

function withoutSingleCpuFeatures(domain: XmlElement): void {
  let capabilities = elementAt(domain, CAPABILITIES);
  if (capabilities === undefined) {
    capabilities = element(CAPABILITIES, { 'xmlns:qemu': QEMU_NAMESPACE });
    domain.children = [...domain.children, capabilities];
  }
  const isThere = elementsOf(capabilities, DELETED).some(
    ({ attributes }) => attributes['capability'] === CPU_FEATURES_ONE_BY_ONE,
  );
  if (isThere) return;
  const deleted = element(DELETED, { capability: CPU_FEATURES_ONE_BY_ONE });
  capabilities.children = [...capabilities.children, deleted];
}
