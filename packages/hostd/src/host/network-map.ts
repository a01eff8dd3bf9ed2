// The network part of Host.getCapabilities, from what `ip` and sysfs say.

import type { IpLink, IpRoute } from '@hosted-engine/core';
import type {
  BondCapability,
  BridgeCapability,
  LinkCapability,
  NetworkCapabilities,
  NetworkCapability,
  NicCapability,
  VlanCapability,
} from '@hosted-engine/vdsm';

export interface NetworkInput {
  readonly links: readonly IpLink[];
  readonly routes: readonly IpRoute[];
  /** Link speeds in Mb/s by name. */
  readonly speeds: ReadonlyMap<string, number>;
  readonly nameservers: readonly string[];
  readonly supportsIPv6: boolean;
}

export function networkCapabilities(input: NetworkInput): NetworkCapabilities {
  const { links } = input;
  const networks: Record<string, NetworkCapability> = {};
  const bridges: Record<string, BridgeCapability> = {};
  const nics: Record<string, NicCapability> = {};
  const vlans: Record<string, VlanCapability> = {};
  const bondings: Record<string, BondCapability> = {};

  for (const link of links) {
    const name = link.ifname;
    const base = linkCapability(link, input.routes);
    const data = link.linkinfo?.info_data;
    switch (link.linkinfo?.info_kind) {
      case 'bridge': {
        const ports = links.filter(({ master }) => master === name).map(({ ifname }) => ifname);
        const stp = data?.stp_state === 1 ? 'on' : 'off';
        bridges[name] = { ...base, ports, stp };
        networks[name] = networkOf(link, base, ports, stp, links, input.routes);
        break;
      }
      case 'vlan':
        vlans[name] = { ...base, iface: link.link ?? '', vlanid: data?.id ?? 0 };
        break;
      case 'bond':
        bondings[name] = {
          ...base,
          hwaddr: link.address ?? '',
          slaves: links.filter(({ master }) => master === name).map(({ ifname }) => ifname),
          active_slave: data?.active_slave ?? '',
          opts: data?.mode === undefined ? {} : { mode: data.mode },
        };
        break;
      case 'tun':
        // VMs' own devices.
        break;
      default:
        if (link.link_type !== 'ether') break;
        nics[name] = {
          ...base,
          hwaddr: link.address ?? '',
          speed: input.speeds.get(name) ?? 0,
        };
    }
  }
  const { nameservers, supportsIPv6 } = input;
  return { networks, bridges, nics, vlans, bondings, nameservers, supportsIPv6 };
}

/** Each bridge is a network of VMs, as set-up and the engine see it. */
function networkOf(
  link: IpLink,
  base: LinkCapability,
  ports: readonly string[],
  stp: 'on' | 'off',
  links: readonly IpLink[],
  routes: readonly IpRoute[],
): NetworkCapability {
  const tagged = links.find(
    ({ ifname, linkinfo }) => ports.includes(ifname) && linkinfo?.info_kind === 'vlan',
  );
  const vlan = tagged?.linkinfo?.info_data?.id;
  const dynamic = (family: string) =>
    link.addr_info?.some((address) => address.family === family && address.dynamic) === true;
  return {
    ...base,
    bridged: true,
    iface: link.ifname,
    ports,
    stp,
    dhcpv4: dynamic('inet'),
    dhcpv6: dynamic('inet6'),
    ipv4defaultroute: routes.some(({ dst, dev }) => dst === 'default' && dev === link.ifname),
    ...(vlan === undefined ? {} : { vlan }),
    switch: 'legacy',
  };
}

function linkCapability(link: IpLink, routes: readonly IpRoute[]): LinkCapability {
  const addresses = link.addr_info ?? [];
  const of = (family: string) =>
    addresses
      .filter((address) => address.family === family && address.scope !== 'link')
      .map(({ local, prefixlen }) => `${local}/${prefixlen}`);
  const first = addresses.find(({ family }) => family === 'inet');
  const route = routes.find(({ dst, dev }) => dst === 'default' && dev === link.ifname);
  return {
    addr: first?.local ?? '',
    netmask: first?.prefixlen === undefined ? '' : netmaskOf(first.prefixlen),
    gateway: route?.gateway ?? '',
    ipv4addrs: of('inet'),
    ipv6addrs: of('inet6'),
    mtu: link.mtu ?? 1500,
  };
}

/** "255.255.255.0" for 24. */
export function netmaskOf(prefix: number): string {
  return [0, 8, 16, 24]
    .map((shift) => 256 - 2 ** (8 - Math.min(Math.max(prefix - shift, 0), 8)))
    .join('.');
}

/** The interface that has an address; where a caller reached us, for `lastClientIface`. */
export function interfaceWith(links: readonly IpLink[], address: string): string {
  return (
    links.find(({ addr_info }) => addr_info?.some(({ local }) => local === address))?.ifname ?? ''
  );
}

/** The `nameserver` lines of resolv.conf. */
export function parseNameservers(text: string): readonly string[] {
  return [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].map((match) => match[1] ?? '');
}
