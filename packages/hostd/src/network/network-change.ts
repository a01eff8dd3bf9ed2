// What Host.setupNetworks asks for, read and checked. One bridge over one interface is what set-up needs of
// the host daemon; the rest of the verb's vocabulary is refused by name rather than half done.

import { isIP, isIPv4, isIPv6 } from 'node:net';
import { type NetworkDefinition, VDSM_CODE, VdsmError } from '@hosted-engine/vdsm';
import { countParameter, flagParameter } from '../verbs/parameter.js';

export type NetworkChange = BridgeWanted | BridgeUnwanted;

export interface BridgeWanted {
  readonly kind: 'bridge';
  readonly name: string;
  /** The nic or bond; of a tagged network the VLAN interface on it. */
  readonly nic: string;
  readonly vlan: number | undefined;
  readonly mtu: number | undefined;
  readonly stp: boolean;
  /** Undefined: what the interface has now. */
  readonly ipv4: FixedAddress | undefined;
  readonly ipv6: FixedAddress | undefined;
}

export interface FixedAddress {
  /** "192.0.2.10/24" */
  readonly cidr: string;
  readonly gateway: string | undefined;
}

export interface BridgeUnwanted {
  readonly kind: 'remove';
  readonly name: string;
}

/** Linux: IFNAMSIZ without its NUL. */
const NAME = /^[A-Za-z0-9_.-]{1,15}$/;
const VLAN_MAX = 4094;

export function networkChange(name: string, given: NetworkDefinition): NetworkChange {
  if (!NAME.test(name)) throw refusal('networkBridge', `'${name}' cannot be the name of a bridge`);
  if (flagParameter('remove', given.remove, false)) return { kind: 'remove', name };
  if (given.switch !== undefined && given.switch !== 'legacy') {
    throw refusal('networkSwitch', `${name}: switch type ${given.switch} is not available`);
  }
  if (!flagParameter('bridged', given.bridged, true)) {
    throw refusal('networkParameters', `${name}: a network without a bridge is not supported`);
  }
  if (given.bootproto === 'dhcp' || flagParameter('dhcpv6', given.dhcpv6, false)) {
    throw refusal('networkAddress', `${name}: addresses by DHCP are not supported`);
  }
  const nic = given.bonding ?? given.nic;
  if (nic === undefined || !NAME.test(nic)) {
    throw refusal('networkNic', `${name} needs the interface that carries it`);
  }
  return {
    kind: 'bridge',
    name,
    nic,
    vlan: vlanOf(name, given),
    mtu: given.mtu === undefined ? undefined : countParameter('mtu', given.mtu, 1500),
    stp: flagParameter('stp', given.stp, false),
    ipv4: ipv4Of(name, given),
    ipv6: ipv6Of(name, given),
  };
}

function vlanOf(name: string, { vlan }: NetworkDefinition): number | undefined {
  if (vlan === undefined || vlan === '') return undefined;
  const id = Number(vlan);
  if (Number.isInteger(id) && id >= 1 && id <= VLAN_MAX) return id;
  throw refusal('networkVlan', `${name}: ${vlan} is not a VLAN id`);
}

function ipv4Of(name: string, given: NetworkDefinition): FixedAddress | undefined {
  if (given.ipaddr === undefined) return undefined;
  const prefix = prefixLengthOf(given.netmask ?? '');
  if (!isIPv4(given.ipaddr) || prefix === undefined) {
    throw refusal(
      'networkAddress',
      `${name}: ${given.ipaddr} with netmask ${given.netmask} is no IPv4 address`,
    );
  }
  return { cidr: `${given.ipaddr}/${prefix}`, gateway: gatewayOf(name, given, given.gateway) };
}

function ipv6Of(name: string, given: NetworkDefinition): FixedAddress | undefined {
  if (given.ipv6addr === undefined) return undefined;
  const [address = '', prefix = ''] = given.ipv6addr.split('/');
  if (!isIPv6(address) || !/^\d{1,3}$/.test(prefix) || Number(prefix) > 128) {
    throw refusal(
      'networkAddress',
      `${name}: ${given.ipv6addr} is no IPv6 address with its prefix`,
    );
  }
  return { cidr: given.ipv6addr, gateway: gatewayOf(name, given, given.ipv6gateway) };
}

function gatewayOf(
  name: string,
  given: NetworkDefinition,
  gateway: string | undefined,
): string | undefined {
  if (gateway === undefined || !flagParameter('defaultRoute', given.defaultRoute, true)) {
    return undefined;
  }
  if (isIP(gateway) !== 0) return gateway;
  throw refusal('networkAddress', `${name}: ${gateway} is not the address of a gateway`);
}

/** 24 for "255.255.255.0"; undefined for what is no netmask. */
export function prefixLengthOf(netmask: string): number | undefined {
  if (!isIPv4(netmask)) return undefined;
  const bits = netmask.split('.').map((part) => Number(part).toString(2).padStart(8, '0'));
  const match = /^(1*)0*$/.exec(bits.join(''));
  return match?.[1]?.length;
}

export function refusal(
  code: keyof typeof VDSM_CODE & `network${string}`,
  message: string,
): VdsmError {
  return new VdsmError(VDSM_CODE[code], message);
}
