import type { AnswerKeys } from './answer-key.js';
import * as rules from './rules.js';

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
  'OVEHOSTED_NETWORK/fqdnReverseValidation': {
    type: 'bool',
    scope: 'run',
    meaning: 'whether the address of the engine has to lead back to its FQDN',
    fallback: false,
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
    whenAbsent: 'the one with the default route',
    prompt:
      'Please indicate the network interface that shall carry the management bridge (@CHOICES@)[@DEFAULT@]:',
    rule: rules.interfaceName,
  },
  'OVEHOSTED_NETWORK/firewallManager': {
    type: 'str',
    scope: 'cluster',
    mayDiffer: true,
    meaning:
      'the firewall manager that set-up configures, or none; a host may be given another one than the first',
    whenAbsent: 'the one in use on the host',
    rule: rules.oneOf('nftables', 'firewalld', 'none'),
    prompt:
      '(manager) was detected on your computer, do you wish setup to configure it? (Yes, No)[Yes]:',
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
