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

export const NETWORK_KEYS = {
  'OVEHOSTED_NETWORK/fqdn': {
    type: 'str',
    scope: 'cluster',
    meaning: 'the FQDN of the engine',
    isRequired: true,
    rule: rules.fqdn,
    prompt:
      'Please provide the FQDN for the engine you would like to use. This needs to match the FQDN that you will use for the engine installation within the VM:',
  },
  'OVEHOSTED_NETWORK/gateway': {
    type: 'str',
    scope: 'cluster',
    meaning: 'a pingable gateway IP address',
    isRequired: true,
    rule: rules.address,
    prompt: 'Please indicate a pingable gateway IP address:',
  },
  'OVEHOSTED_NETWORK/network_test': {
    type: 'str',
    scope: 'cluster',
    meaning: 'how the hosts test the management network',
    fallback: 'ping',
    rule: rules.oneOf('ping', 'dns', 'tcp', 'none'),
  },
  'OVEHOSTED_NETWORK/network_test_tcp_address': {
    type: 'str',
    scope: 'cluster',
    meaning: 'the address that a network test by tcp connects to',
    whenAbsent: 'needed with network_test tcp',
    rule: rules.hostAddress,
  },
  'OVEHOSTED_NETWORK/network_test_tcp_port': {
    type: 'int',
    scope: 'cluster',
    meaning: 'the port that a network test by tcp connects to',
    whenAbsent: 'needed with network_test tcp',
    rule: rules.between(1, 65535),
  },
  'OVEHOSTED_NETWORK/network_test_targets': {
    type: 'str',
    scope: 'cluster',
    meaning:
      'further targets of the network test, separated by commas: ADDRESS, ping:ADDRESS, dns:ADDRESS or tcp:ADDRESS:PORT',
    whenAbsent: 'none',
    rule: rules.notEmpty,
  },
  'OVEHOSTED_NETWORK/bridgeName': {
    type: 'str',
    scope: 'cluster',
    meaning: 'the bridge of the management network',
    fallback: 'ovirtmgmt',
    rule: rules.interfaceName,
  },
  'OVEHOSTED_NETWORK/bridgeIf': {
    type: 'str',
    scope: 'host',
    meaning: 'the interface that carries the bridge; not needed when the bridge exists',
    rule: rules.interfaceName,
  },
  'OVEHOSTED_NETWORK/firewallManager': {
    type: 'str',
    scope: 'cluster',
    meaning: 'the firewall manager that set-up configures',
    fallback: 'none',
    rule: rules.oneOf('none'),
  },
  'OVEHOSTED_NETWORK/sshdPort': {
    type: 'int',
    scope: 'host',
    meaning: 'the port of the SSH daemon of this host',
    fallback: 22,
    rule: rules.between(1, 65535),
  },
  'OVEHOSTED_NETWORK/host_name': {
    type: 'str',
    scope: 'host',
    meaning: 'the name or address by which the engine reaches this host',
    whenAbsent: "the host's own name",
    rule: rules.hostAddress,
  },
} as const satisfies AnswerKeys;

export const VM_KEYS = {
  'OVEHOSTED_VM/vmBoot': {
    type: 'str',
    scope: 'first',
    meaning: 'the device to boot the VM from',
    fallback: 'disk',
    rule: rules.oneOf('disk'),
  },
  'OVEHOSTED_VM/vmDiskImage': {
    type: 'str',
    scope: 'first',
    meaning: 'the path of the disk image (raw or qcow2) with the engine',
    isRequired: true,
    rule: rules.absolutePath,
    prompt: 'Please specify the path to the disk image of the engine VM:',
  },
  'OVEHOSTED_VM/vmVCpus': {
    type: 'int',
    scope: 'cluster',
    meaning: 'the number of virtual CPUs for the VM',
    fallback: 2,
    rule: rules.between(1, 512),
  },
  'OVEHOSTED_VM/vmMemSizeMB': {
    type: 'int',
    scope: 'cluster',
    meaning: 'the memory size of the VM in MB',
    fallback: 4096,
    rule: rules.between(64, 16_777_216),
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

export const VDSM_KEYS = {
  'OVEHOSTED_VDSM/cpu': {
    type: 'str',
    scope: 'cluster',
    meaning: 'the CPU type to be used by the VM (model_…)',
    whenAbsent: 'the best that the host supports',
    rule: (value) =>
      /^model_[A-Za-z0-9_.-]+$/.test(value) ? undefined : 'is not a CPU type, as in model_Conroe',
  },
  'OVEHOSTED_VDSM/consoleType': {
    type: 'str',
    scope: 'cluster',
    meaning: 'the console type to connect to the VM',
    fallback: 'vnc',
    rule: rules.oneOf('vnc'),
  },
  'OVEHOSTED_VDSM/sanlockIoTimeout': {
    type: 'int',
    scope: 'cluster',
    meaning: "sanlock's I/O time-out in seconds, equal on all hosts",
    fallback: 10,
    rule: rules.between(1, 60),
  },
  'OVEHOSTED_VDSM/allowEmulation': {
    type: 'bool',
    scope: 'host',
    meaning: 'whether to go on without hardware virtualization, slowly',
    fallback: false,
  },
} as const satisfies AnswerKeys;
