/**
 * vm.conf to libvirt's domain XML, with oVirt's metadata and the lease of each exclusive disk
 * (vdsm.md D). Pure: paths of disks and places of leases are the host daemon's to fill in.
 */
import { VM_CONF_KEYS, type VmConf } from '@hosted-engine/formats';
import { formatXml, serializeXml } from '../xml/serialize-xml.js';
import { element, type XmlElement } from '../xml/xml-tree.js';
import type { Machine } from './device-address.js';
import { diskParts } from './disk-devices.js';
import { adaptToEmulation } from './emulation.js';
import { invalidDefinition } from './invalid-definition.js';
import { OVIRT_VM_NAMESPACE, setLaunchPaused } from './ovirt-metadata.js';
import { impliedDevices, plainDevices } from './plain-devices.js';
import { parseDomain } from './read-domain-xml.js';
import { isTrue, positiveInteger, required, setting } from './vm-settings.js';

export interface DomainXmlOptions {
  /** The host cannot use KVM, or the VM is to run on such hosts too. */
  readonly emulation: boolean;
}

const BOOT_DEVICE: Readonly<Record<string, string>> = { c: 'hd', d: 'cdrom', n: 'network' };

/**
 * @throws HeError HE_CONFIG_INVALID naming what is missing or not supported. A definition that
 *   carries its XML (`xmlBase64`) passes as it is, but for `launchPaused` and emulation.
 */
export function domainXmlFromVmConf(conf: VmConf, options: DomainXmlOptions): string {
  const encoded = setting(conf, 'xmlBase64');
  if (encoded === undefined) return formatXml(buildDomain(conf, options));
  const domain = parseDomain(decodeBase64(encoded));
  if (isLaunchPaused(conf)) setLaunchPaused(domain);
  if (options.emulation) adaptToEmulation(domain);
  return serializeXml(domain);
}

function buildDomain(conf: VmConf, { emulation }: DomainXmlOptions): XmlElement {
  const machineType = required(conf, 'emulatedMachine');
  const machine: Machine = { emulation, isQ35: machineType.includes('q35') };
  const uuid = required(conf, 'vmId').toLowerCase();
  const memoryKiB = positiveInteger(required(conf, 'memSize'), 'memSize') * 1024;
  const cpus = positiveInteger(required(conf, 'smp'), 'smp');
  const cpusMax = Math.max(
    cpus,
    positiveInteger(setting(conf, 'maxVCpus') ?? String(cpus), 'maxVCpus'),
  );
  const drives = conf.drives.map((drive) => ({ type: 'disk', device: 'disk', ...drive }));
  const isDisk = (spec: { readonly type?: unknown }): boolean => spec.type === 'disk';
  const disks = diskParts([...conf.devices.filter(isDisk), ...drives], machine);
  const others = conf.devices.filter((spec) => !isDisk(spec));

  const domain = element('domain', { type: 'kvm' }, [
    element('name', {}, [setting(conf, 'vmName') ?? uuid]),
    element('uuid', {}, [uuid]),
    element('metadata', {}, [metadata(conf, disks.metadata)]),
    element('memory', { unit: 'KiB' }, [String(memoryKiB)]),
    element('currentMemory', { unit: 'KiB' }, [String(memoryKiB)]),
    element('vcpu', { current: cpus }, [String(cpusMax)]),
    sysinfo(uuid),
    os(conf, machineType),
    element('features', {}, [element('acpi')]),
    cpu(setting(conf, 'cpuType'), cpusMax),
    clock(),
    // A reboot inside would keep a VM that the HA daemon has judged; it starts a new one instead.
    element('on_poweroff', {}, ['destroy']),
    element('on_reboot', {}, ['destroy']),
    element('on_crash', {}, ['destroy']),
    element('devices', {}, [
      ...disks.devices,
      ...plainDevices(others, machine),
      ...impliedDevices(conf, machine),
    ]),
  ]);
  if (isLaunchPaused(conf)) setLaunchPaused(domain);
  if (emulation) adaptToEmulation(domain);
  return domain;
}

function isLaunchPaused(conf: VmConf): boolean {
  // Alone on its line it is true as well.
  const launchPaused = conf.settings[VM_CONF_KEYS.launchPaused.key];
  return launchPaused === '' || isTrue(launchPaused);
}

function metadata(conf: VmConf, disks: readonly XmlElement[]): XmlElement {
  const custom = Object.entries(conf.custom).map(([key, value]) => {
    if (!/^[A-Za-z_][\w.-]*$/.test(key)) throw invalidDefinition(`custom_${key}: no usable name`);
    return element(`ovirt-vm:${key}`, {}, [value]);
  });
  return element('ovirt-vm:vm', { 'xmlns:ovirt-vm': OVIRT_VM_NAMESPACE }, [
    custom.length === 0 ? undefined : element('ovirt-vm:custom', {}, custom),
    ...disks,
  ]);
}

/** The words with a colon are the host daemon's to replace. */
function sysinfo(uuid: string): XmlElement {
  const entry = (name: string, value: string): XmlElement => element('entry', { name }, [value]);
  return element('sysinfo', { type: 'smbios' }, [
    element('system', {}, [
      entry('manufacturer', 'oVirt'),
      entry('product', 'OS-NAME:'),
      entry('version', 'OS-VERSION:'),
      entry('serial', 'HOST-SERIAL:'),
      entry('uuid', uuid),
    ]),
  ]);
}

/** Per-device boot orders and a general one exclude each other. */
function os(conf: VmConf, machine: string): XmlElement {
  const isOrdered = conf.devices.some((spec) => Boolean(spec['bootOrder']));
  const boot = [...required(conf, 'boot')].flatMap((letter) => {
    const dev = BOOT_DEVICE[letter];
    return dev === undefined ? [] : [element('boot', { dev })];
  });
  return element('os', {}, [
    element('type', { arch: 'x86_64', machine }, ['hvm']),
    ...(isOrdered ? [] : boot),
    element('smbios', { mode: 'sysinfo' }),
  ]);
}

/** `Model,+flag,-flag`, or the host's own CPU. Without a type QEMU chooses. */
function cpu(cpuType: string | undefined, cpusMax: number): XmlElement {
  const topology = element('topology', { sockets: cpusMax, cores: 1, threads: 1 });
  const [model = '', ...flags] = (cpuType ?? '').replace(/^model_/, '').split(',');
  if (model === '') return element('cpu', {}, [topology]);
  if (model === 'hostPassthrough') return element('cpu', { mode: 'host-passthrough' }, [topology]);
  if (model === 'hostModel') return element('cpu', { mode: 'host-model' }, [topology]);
  const features = flags
    .filter((flag) => flag !== '')
    .map((flag) => {
      if (!/^[+-]?[\w.]+$/.test(flag)) throw invalidDefinition(`cpuType has a flag "${flag}"`);
      const policy = flag.startsWith('-') ? 'disable' : 'require';
      return element('feature', { policy, name: flag.replace(/^[+-]/, '') });
    });
  return element('cpu', { match: 'exact' }, [element('model', {}, [model]), topology, ...features]);
}

function clock(): XmlElement {
  return element('clock', { offset: 'utc' }, [
    element('timer', { name: 'rtc', tickpolicy: 'catchup' }),
    element('timer', { name: 'pit', tickpolicy: 'delay' }),
    element('timer', { name: 'hpet', present: 'no' }),
  ]);
}

function decodeBase64(encoded: string): string {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) throw invalidDefinition('xmlBase64 is no base64');
  return Buffer.from(encoded, 'base64').toString('utf8');
}
