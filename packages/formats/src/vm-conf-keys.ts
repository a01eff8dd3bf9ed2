import type { ConfKey } from './conf-key.js';

/** The settings of vm.conf that are read; others are carried along. Devices have lines of their own. */
export const VM_CONF_KEYS = {
  vmId: { key: 'vmId', type: 'text', isRequired: true, meaning: 'uuid of the engine VM' },
  vmName: { key: 'vmName', type: 'text', whenAbsent: 'its uuid', meaning: 'its name for libvirt' },
  memSize: {
    key: 'memSize',
    type: 'integer',
    min: 1,
    max: 9_999_999_999,
    isRequired: true,
    meaning: 'its memory in MiB; a host with less free memory than this scores less',
  },
  smp: {
    key: 'smp',
    type: 'integer',
    min: 1,
    max: 9_999_999_999,
    fallback: 1,
    meaning: 'its virtual CPUs',
  },
  maxVCpus: {
    key: 'maxVCpus',
    type: 'integer',
    min: 1,
    max: 9_999_999_999,
    whenAbsent: 'smp',
    meaning: 'sockets for virtual CPUs that are added while it runs',
  },
  cpuType: {
    key: 'cpuType',
    type: 'text',
    whenAbsent: 'QEMU’s own choice',
    meaning: '`MODEL,+flag,-flag`, `hostPassthrough` or `hostModel`',
  },
  emulatedMachine: {
    key: 'emulatedMachine',
    type: 'text',
    fallback: 'pc',
    meaning: 'QEMU’s machine type',
  },
  display: {
    key: 'display',
    type: 'text',
    fallback: 'vnc',
    meaning: '`vnc`, or `qxl` and `qxlnc` for SPICE, when no device of the type graphics says more',
  },
  boot: {
    key: 'boot',
    type: 'text',
    fallback: 'c',
    meaning:
      'letters of what to boot from, in order: c disk, d CD-ROM, n network; a bootOrder of a device replaces it',
  },
  launchPaused: {
    key: 'launchPaused',
    type: 'flag',
    fallback: false,
    meaning: 'the VM is started paused',
  },
  xmlBase64: {
    key: 'xmlBase64',
    type: 'text',
    whenAbsent: 'made of the other keys',
    meaning:
      'libvirt’s whole definition, as newer engines write it; the other keys but launchPaused count for nothing then',
  },
} as const satisfies Readonly<Record<string, ConfKey>>;

/** Lines that occur any number of times, and hold maps. */
export const VM_CONF_LISTS: readonly (readonly [key: string, meaning: string])[] = [
  ['devices', 'a device: disk, CD-ROM, interface, controller, console, graphics, video, rng'],
  ['drive', 'a disk, as older files have it'],
  ['guestNumaNodes', 'kept and not used'],
  ['custom_NAME', 'a custom property, passed on in the metadata of the VM'],
];

export type VmSettingName = keyof typeof VM_CONF_KEYS;
