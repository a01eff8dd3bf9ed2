/** Every device of vm.conf but disks, one function per `type`. */
import type { VmConf, VmSpec } from '@hosted-engine/formats';
import { element, type XmlElement } from '../xml/xml-tree.js';
import { addressElement, bootElement, type Machine } from './device-address.js';
import { invalidDefinition } from './invalid-definition.js';
import { isTrue, setting, textIn } from './vm-settings.js';

const RNG_SOURCE: Readonly<Record<string, string>> = {
  urandom: '/dev/urandom',
  random: '/dev/random',
  hwrng: '/dev/hwrng',
};

/** Models that libvirt spells otherwise. */
const NIC_MODEL: Readonly<Record<string, string>> = { pv: 'virtio' };

type DeviceBuilder = (spec: VmSpec, machine: Machine) => XmlElement[];

const BUILDERS: Readonly<Record<string, DeviceBuilder>> = {
  interface: nic,
  controller,
  console: consoles,
  graphics: (spec) => [graphics(textIn(spec, 'device') ?? 'vnc')],
  video,
  rng,
  balloon: (spec) => [element('memballoon', { model: specParam(spec, 'model') ?? 'virtio' })],
  watchdog: (spec) => [
    element('watchdog', {
      model: specParam(spec, 'model') ?? 'i6300esb',
      action: specParam(spec, 'action') ?? 'none',
    }),
  ],
  sound: (spec) => [element('sound', { model: textIn(spec, 'device') ?? 'ich6' })],
};

/** @throws HeError HE_CONFIG_INVALID for a type that is not known */
export function plainDevices(specs: readonly VmSpec[], machine: Machine): XmlElement[] {
  return specs.flatMap((spec) => {
    const type = textIn(spec, 'type') ?? '';
    const build = Object.hasOwn(BUILDERS, type) ? BUILDERS[type] : undefined;
    if (build === undefined) throw invalidDefinition(`devices of type "${type}" are not supported`);
    return build(spec, machine);
  });
}

/** What every VM has, and what vm.conf says at its top level instead of as a device. */
export function impliedDevices(conf: VmConf, machine: Machine): XmlElement[] {
  const has = (type: string): boolean => conf.devices.some((spec) => spec['type'] === type);
  const display = setting(conf, 'display');
  const isSpice = display === 'qxl' || display === 'qxlnc';
  const devices: XmlElement[] = [];
  if (!has('graphics')) devices.push(graphics(isSpice ? 'spice' : 'vnc'));
  if (!has('video')) devices.push(videoElement(isSpice ? 'qxl' : 'vga', {}));
  if (!has('console')) devices.push(serialConsole());
  // The engine service is restarted through the guest's agent, and shutdown goes there first.
  devices.push(
    element('channel', { type: 'unix' }, [
      element('target', { type: 'virtio', name: 'org.qemu.guest_agent.0' }),
    ]),
  );
  // A tablet keeps the pointer of a remote console in step; polled by TCG it costs a CPU's share.
  devices.push(
    machine.emulation
      ? element('controller', { type: 'usb', model: 'none' })
      : element('input', { type: 'tablet', bus: 'usb' }),
  );
  return devices;
}

function nic(spec: VmSpec, machine: Machine): XmlElement[] {
  const mac = textIn(spec, 'macAddr');
  const network = textIn(spec, 'network');
  const model = textIn(spec, 'nicModel') ?? 'pv';
  const isUp = isTrue(textIn(spec, 'linkActive') ?? 'true');
  if (network === undefined) throw invalidDefinition('a network interface names no network');
  return [
    element('interface', { type: 'bridge' }, [
      mac === undefined ? undefined : element('mac', { address: mac }),
      element('source', { bridge: network }),
      element('model', { type: NIC_MODEL[model] ?? model }),
      element('link', { state: isUp ? 'up' : 'down' }),
      bootElement(spec),
      addressElement(spec, machine),
    ]),
  ];
}

function controller(spec: VmSpec, machine: Machine): XmlElement[] {
  const type = textIn(spec, 'device');
  if (type === undefined) throw invalidDefinition('a controller names no device');
  if (type === 'usb' && machine.emulation) return [];
  return [
    element('controller', { type, index: textIn(spec, 'index'), model: textIn(spec, 'model') }, [
      addressElement(spec, machine),
    ]),
  ];
}

/** The serial one comes first: it is what `virsh console` opens, and where the appliance logs. */
function consoles(spec: VmSpec): XmlElement[] {
  if (specParam(spec, 'consoleType') === 'serial') return [serialConsole()];
  const paravirtual = element('console', { type: 'pty' }, [element('target', { type: 'virtio' })]);
  return [serialConsole(), paravirtual];
}

function serialConsole(): XmlElement {
  return element('serial', { type: 'pty' }, [element('target', { port: 0 })]);
}

/**
 * The ticket is unusable until somebody sets one: it ended in 1970. An empty end would mean that no
 * password is asked for.
 */
function graphics(type: string): XmlElement {
  return element(
    'graphics',
    {
      type,
      port: -1,
      autoport: 'yes',
      passwd: '*****',
      passwdValidTo: '1970-01-01T00:00:01',
    },
    [element('listen', { type: 'address', address: '0.0.0.0' })],
  );
}

function video(spec: VmSpec, machine: Machine): XmlElement[] {
  const model = textIn(spec, 'device') ?? 'vga';
  const { vram, heads } = { vram: specParam(spec, 'vram'), heads: specParam(spec, 'heads') };
  return [videoElement(model, { vram, heads }, addressElement(spec, machine))];
}

function videoElement(
  type: string,
  sizes: { readonly vram?: string | undefined; readonly heads?: string | undefined },
  address?: XmlElement,
): XmlElement {
  return element('video', {}, [element('model', { type, ...sizes }), address]);
}

function rng(spec: VmSpec, machine: Machine): XmlElement[] {
  const source = specParam(spec, 'source') ?? 'urandom';
  const path = RNG_SOURCE[source];
  if (path === undefined) throw invalidDefinition(`rng source ${source}`);
  return [
    element('rng', { model: textIn(spec, 'model') ?? 'virtio' }, [
      element('backend', { model: 'random' }, [path]),
      addressElement(spec, machine),
    ]),
  ];
}

function specParam(spec: VmSpec, key: string): string | undefined {
  const params = spec['specParams'];
  return params === undefined || typeof params === 'string' ? undefined : textIn(params, key);
}
