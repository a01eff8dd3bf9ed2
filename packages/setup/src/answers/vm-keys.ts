import { PATHS } from '../paths.js';
import type { AnswerKey, AnswerKeys } from './answer-key.js';
import * as rules from './rules.js';

function vmUuid(what: string) {
  return {
    type: 'str',
    scope: 'cluster',
    meaning: `the UUID of ${what}`,
    whenAbsent: 'random',
    rule: rules.uuid,
  } as const satisfies AnswerKey;
}

export const VM_KEYS = {
  'OVEHOSTED_VM/vmBoot': {
    type: 'str',
    scope: 'first',
    meaning: 'the device to boot the VM from',
    fallback: 'cdrom',
    rule: rules.oneOf('cdrom', 'disk', 'pxe'),
    choices: ['cdrom', 'disk', 'pxe'],
    prompt: 'Please specify the device to boot the VM from (@CHOICES@) [@DEFAULT@]:',
  },
  'OVEHOSTED_VM/vmCDRom': {
    type: 'str',
    scope: 'first',
    meaning: 'the path of the installation media, an ISO image or a CD drive',
    whenAbsent: 'needed with vmBoot cdrom',
    rule: rules.vmFilePath,
    prompt: 'Please specify the path to the installation media you would like to use:',
  },
  'OVEHOSTED_VM/ovfArchive': {
    type: 'str',
    scope: 'first',
    meaning: 'the path of the appliance to import: an OVA archive, or the directory of an OVF',
    whenAbsent: `with vmBoot disk and no vmDiskImage, ${PATHS.appliance}`,
    rule: rules.absolutePath,
    prompt: 'Please specify the path to the OVF archive you would like to use [@DEFAULT@]:',
  },
  'OVEHOSTED_VM/vmDiskImage': {
    type: 'str',
    scope: 'first',
    meaning: 'the path of a disk image (raw or qcow2) with the engine, in place of an appliance',
    whenAbsent: 'an appliance is imported',
    rule: rules.absolutePath,
  },
  'OVEHOSTED_VM/cloudInitISO': {
    type: 'str',
    scope: 'first',
    meaning:
      'whether the VM finds a cloud-init disk at its first boot from its own disk: generate or skip',
    fallback: 'generate',
    rule: rules.oneOf('generate', 'skip'),
  },
  'OVEHOSTED_VM/automateVMShutdown': {
    type: 'bool',
    scope: 'run',
    meaning: 'whether set-up itself shuts the VM down to hand it over to HA',
    whenAbsent: 'only when nobody is there to do it',
  },
  'OVEHOSTED_VM/vmVCpus': {
    type: 'int',
    scope: 'cluster',
    meaning: 'the number of virtual CPUs for the VM',
    fallback: 2,
    rule: rules.between(1, 512),
    prompt:
      'Please specify the number of virtual CPUs for the VM [Defaults to minimum requirement: @DEFAULT@]:',
  },
  'OVEHOSTED_VM/vmMemSizeMB': {
    type: 'int',
    scope: 'cluster',
    meaning: 'the memory size of the VM in MB',
    fallback: 4096,
    rule: rules.between(64, 16_777_216),
    prompt:
      'Please specify the memory size of the VM in MB [Defaults to minimum requirement: @DEFAULT@]:',
  },
  'OVEHOSTED_VM/vmMACAddr': {
    type: 'str',
    scope: 'cluster',
    meaning: "the MAC address of the VM's network card",
    whenAbsent: 'random',
    rule: rules.macAddress,
  },
  'OVEHOSTED_VM/emulatedMachine': {
    type: 'str',
    scope: 'cluster',
    meaning: 'the machine type of the VM',
    fallback: 'pc',
    rule: rules.plainWord,
  },
  'OVEHOSTED_VM/vmUUID': vmUuid('the VM'),
  'OVEHOSTED_VM/nicUUID': vmUuid("the VM's network card"),
  'OVEHOSTED_VM/cdromUUID': vmUuid("the VM's CD drive"),
  'OVEHOSTED_VM/consoleUUID': vmUuid("the VM's console"),
  'OVEHOSTED_VM/cloudinitVMStaticCIDR': {
    type: 'str',
    scope: 'first',
    meaning: "the VM's address with prefix length; DHCP when left out",
    whenAbsent: 'DHCP',
    rule: rules.cidr,
  },
  'OVEHOSTED_VM/cloudinitVMDNS': {
    type: 'str',
    scope: 'first',
    meaning: "the VM's name servers, at most three, when its address is static",
    whenAbsent: "the host's own",
    rule: rules.addressList,
  },
} as const satisfies AnswerKeys;
