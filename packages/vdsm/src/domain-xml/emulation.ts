import { elementAt, elementsOf, removeChildren, textOf, type XmlElement } from '../xml/xml-tree.js';

/** Clocks that only KVM has, or whose catching-up only KVM does. */
const KVM_TIMERS = ['kvmclock', 'hypervclock', 'pit'];

/**
 * Makes a domain one that QEMU runs without KVM: no CPU model (the host's cannot be had, and most
 * named ones ask for more than TCG emulates), none of KVM's own features. Topology is kept.
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
}
