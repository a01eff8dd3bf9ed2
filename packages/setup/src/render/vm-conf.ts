import { BLANK_UUID } from '@hosted-engine/vdsm';
import type { AnswerSet } from '../answers/answer-set.js';

/** Fixed PCI slots: the guest's device names must not change when the CD drive goes. */
const DISK_ADDRESS = '{bus:0x00,slot:0x06,domain:0x0000,type:pci,function:0x0}';
const NIC_ADDRESS = '{bus:0x00,slot:0x03,domain:0x0000,type:pci,function:0x0}';
const CDROM_ADDRESS = '{controller:0,target:0,unit:0,bus:1,type:drive}';

/** What one start of the VM differs in from those under HA. */
export interface VmBoot {
  readonly from: 'disk' | 'cdrom' | 'network';
  /** The image in its CD drive; '' for an empty one. */
  readonly cdrom: string;
}

/** The VM as HA runs it. */
export const DISK_BOOT: VmBoot = { from: 'disk', cdrom: '' };

/** vm.conf of the engine VM, in the form that oVirt's agents read and write. */
export function vmConfText(answers: AnswerSet, boot: VmBoot = DISK_BOOT): string {
  const cpu = answers.find('OVEHOSTED_VDSM/cpu');
  const lines = [
    `vmId=${answers.get('OVEHOSTED_VM/vmUUID')}`,
    `memSize=${answers.get('OVEHOSTED_VM/vmMemSizeMB')}`,
    `display=${answers.get('OVEHOSTED_VDSM/consoleType') === 'vnc' ? 'vnc' : 'qxl'}`,
    device([...cdromDevice(answers, boot.cdrom), ...bootOrder(boot, 'cdrom')]),
    device([...diskDevice(answers), ...bootOrder(boot, 'disk')]),
    device([
      ['device', 'scsi'],
      ['model', 'virtio-scsi'],
      ['type', 'controller'],
    ]),
    device([...nicDevice(answers), ...bootOrder(boot, 'network')]),
    device([
      ['device', 'console'],
      ['specParams', '{}'],
      ['type', 'console'],
      ['deviceId', answers.get('OVEHOSTED_VM/consoleUUID')],
      ['alias', 'console0'],
    ]),
    'vmName=HostedEngine',
    `smp=${answers.get('OVEHOSTED_VM/vmVCpus')}`,
    ...(cpu === undefined ? [] : [`cpuType=${cpu.replace(/^model_/, '')}`]),
    `emulatedMachine=${answers.get('OVEHOSTED_VM/emulatedMachine')}`,
  ];
  return `${lines.join('\n')}\n`;
}

type Fields = readonly (readonly [string, string])[];

function device(fields: Fields): string {
  return `devices={${fields.map(([key, value]) => `${key}:${value}`).join(',')}}`;
}

/** Only the one device: an installer that leaves no bootable disk must not begin again by itself. */
function bootOrder(boot: VmBoot, device: VmBoot['from']): Fields {
  return boot.from === device ? [['bootOrder', '1']] : [];
}

function cdromDevice(answers: AnswerSet, path: string): Fields {
  return [
    ['index', '2'],
    ['iface', 'ide'],
    ['address', CDROM_ADDRESS],
    ['specParams', '{}'],
    ['readonly', 'true'],
    ['deviceId', answers.get('OVEHOSTED_VM/cdromUUID')],
    ['path', path],
    ['device', 'cdrom'],
    ['shared', 'false'],
    ['type', 'disk'],
  ];
}

/** `shared:exclusive` is what ties the VM to its lease (I1). */
function diskDevice(answers: AnswerSet): Fields {
  const imageId = answers.get('OVEHOSTED_STORAGE/imgUUID');
  return [
    ['index', '0'],
    ['iface', 'virtio'],
    ['format', 'raw'],
    ['poolID', BLANK_UUID],
    ['volumeID', answers.get('OVEHOSTED_STORAGE/volUUID')],
    ['imageID', imageId],
    ['specParams', '{}'],
    ['readonly', 'false'],
    ['domainID', answers.get('OVEHOSTED_STORAGE/sdUUID')],
    ['optional', 'false'],
    ['deviceId', imageId],
    ['address', DISK_ADDRESS],
    ['device', 'disk'],
    ['shared', 'exclusive'],
    ['propagateErrors', 'off'],
    ['type', 'disk'],
  ];
}

function nicDevice(answers: AnswerSet): Fields {
  return [
    ['nicModel', 'pv'],
    ['macAddr', answers.get('OVEHOSTED_VM/vmMACAddr')],
    ['linkActive', 'true'],
    ['network', answers.get('OVEHOSTED_NETWORK/bridgeName')],
    ['specParams', '{}'],
    ['deviceId', answers.get('OVEHOSTED_VM/nicUUID')],
    ['address', NIC_ADDRESS],
    ['device', 'bridge'],
    ['type', 'interface'],
  ];
}
