// Which interface of a host may become the port of the management bridge, and why another may not.

import type { IpLink, IpRoute } from './link.js';

/** An interface that can carry the bridge. */
export interface BridgePort {
  readonly name: string;
  /** "192.0.2.10/24" each, of both families, link-local ones left out. */
  readonly addresses: readonly string[];
  /** Gateway of the default route over it. */
  readonly gateway: string | undefined;
}

export interface RejectedPort {
  readonly name: string;
  /** The end of a sentence that begins with its name. */
  readonly reason: string;
}

export interface PortChoice {
  /** The one with the default route first. */
  readonly candidates: readonly BridgePort[];
  readonly rejected: readonly RejectedPort[];
}

/** Frames of many senders behind one address upset the switch, or the bond itself (VDSM refuses them too). */
const UNFIT_BOND_MODES = ['balance-rr', 'balance-tlb', 'balance-alb'];
/** Wired interfaces, as far as the kernel gives them a kind at all. A veth is one in a container. */
const FIT_KINDS: readonly (string | undefined)[] = [undefined, 'veth', 'vlan', 'bond'];

/** `wireless`: names of interfaces that are radios, which no bridge can hold. */
export function choosePorts(
  links: readonly IpLink[],
  routes: readonly IpRoute[],
  wireless: readonly string[] = [],
): PortChoice {
  const candidates: BridgePort[] = [];
  const rejected: RejectedPort[] = [];
  for (const link of links) {
    if (link.link_type === 'loopback') continue;
    const reason = unfitness(link, links, wireless) ?? addressProblem(link);
    if (reason === undefined) candidates.push(bridgePort(link, routes));
    else rejected.push({ name: link.ifname, reason });
  }
  candidates.sort((a, b) => Number(b.gateway !== undefined) - Number(a.gateway !== undefined));
  return { candidates, rejected };
}

/** Why no bridge can have this interface as its port, whatever addresses it has. */
export function unfitness(
  link: IpLink,
  links: readonly IpLink[],
  wireless: readonly string[] = [],
): string | undefined {
  const kind = link.linkinfo?.info_kind;
  if (kind === 'bridge') return 'is a bridge';
  if (link.master !== undefined) {
    return `belongs to ${masterKind(links, link.master)} ${link.master}`;
  }
  if (wireless.includes(link.ifname)) return 'is wireless';
  if (kind === 'tun') return 'belongs to a VM or a tunnel';
  if (link.link_type !== 'ether' || !FIT_KINDS.includes(kind)) {
    return `is of kind ${kind ?? link.link_type ?? 'unknown'}, not Ethernet`;
  }
  if (kind === 'bond') return bondProblem(link, links);
  if (link.operstate === 'DOWN' || link.operstate === 'LOWERLAYERDOWN') return 'has no link';
  return undefined;
}

function masterKind(links: readonly IpLink[], name: string): string {
  const kind = links.find(({ ifname }) => ifname === name)?.linkinfo?.info_kind;
  return kind === 'bridge' || kind === 'bond' ? kind : 'interface';
}

function bondProblem(bond: IpLink, links: readonly IpLink[]): string | undefined {
  const mode = bond.linkinfo?.info_data?.mode;
  if (mode !== undefined && UNFIT_BOND_MODES.includes(mode)) {
    return `is a bond of mode ${mode}, which does not work below a bridge`;
  }
  return links.some(({ master }) => master === bond.ifname)
    ? undefined
    : 'is a bond with no member';
}

/** A bridge takes over what its port had: there has to be something that stays. */
function addressProblem(link: IpLink): string | undefined {
  const addresses = (link.addr_info ?? []).filter(({ scope }) => scope !== 'link');
  if (addresses.length === 0) return 'has no IP address';
  const leased = addresses.find(({ family, dynamic }) => family === 'inet' && dynamic === true);
  if (leased !== undefined) {
    return `has its address ${leased.local} by DHCP, which nobody would renew on a bridge: give it a fixed address`;
  }
  return undefined;
}

function bridgePort(link: IpLink, routes: readonly IpRoute[]): BridgePort {
  const addresses = (link.addr_info ?? [])
    .filter(({ scope }) => scope !== 'link')
    .map(({ local, prefixlen }) => `${local}/${prefixlen}`);
  const gateway = routes.find(({ dst, dev }) => dst === 'default' && dev === link.ifname)?.gateway;
  return { name: link.ifname, addresses, gateway };
}
