// A bridge under a host's feet: the commands of one `ip -batch` that put it between an interface and its
// addresses, or take it away again. What is moved is gone from one place for microseconds only, less than
// any connection notices; the bridge has the interface's MAC address, so that no neighbour has to learn.
//
//   B1. `undo` brings back what was there before, from any point at which `ip` may have stopped.

import type { AddressWords, DeviceConfig } from './device-config.js';

export interface BridgePlan {
  readonly commands: readonly string[];
  readonly undo: readonly string[];
}

export interface BridgePorts {
  readonly bridge: string;
  readonly port: string;
  readonly mac: string;
  readonly mtu: number;
  readonly stp: boolean;
  /** How the interface makes its link-local address, as `ip` names it. */
  readonly addrGenMode: string;
}

/** `before` is on the port now; `wanted` is what the bridge gets. */
export function createPlan(
  ports: BridgePorts,
  before: DeviceConfig,
  wanted: DeviceConfig,
): BridgePlan {
  const { bridge, port } = ports;
  return {
    commands: [
      ...makeBridge(ports),
      ...removeAddresses(before.addresses, port),
      ...configure(wanted, bridge),
      `link set dev ${bridge} addrgenmode ${ports.addrGenMode}`,
    ],
    // The bridge goes last: its removal may take the kernel some tenths of a second.
    undo: [
      `link set dev ${port} nomaster`,
      ...removeAddresses(wanted.addresses, bridge),
      ...configure(before, port),
      `link delete dev ${bridge}`,
      `link set dev ${port} addrgenmode ${ports.addrGenMode}`,
    ],
  };
}

/** `before` is on the bridge now, and goes back to the port. */
export function removePlan(ports: BridgePorts, before: DeviceConfig): BridgePlan {
  const { bridge, port } = ports;
  return {
    commands: [
      `link set dev ${port} nomaster`,
      ...removeAddresses(before.addresses, bridge),
      ...configure(before, port),
      `link delete dev ${bridge}`,
      `link set dev ${port} addrgenmode ${ports.addrGenMode}`,
    ],
    undo: [
      ...makeBridge(ports),
      ...removeAddresses(before.addresses, port),
      ...configure(before, bridge),
    ],
  };
}

/** No delay before it forwards: there is no loop with one port, and a delay is an outage. */
function makeBridge({ bridge, port, mac, mtu, stp }: BridgePorts): string[] {
  return [
    `link add name ${bridge} type bridge forward_delay 0 stp_state ${stp ? 1 : 0}`,
    `link set dev ${bridge} address ${mac}`,
    `link set dev ${bridge} mtu ${mtu}`,
    `link set dev ${bridge} addrgenmode none`,
    `link set dev ${port} addrgenmode none`,
    `link set dev ${port} master ${bridge}`,
    `link set dev ${port} up`,
    `link set dev ${bridge} up`,
  ];
}

/** The last first: with a first address of a network the kernel may drop its others. */
function removeAddresses(addresses: readonly AddressWords[], device: string): string[] {
  return addresses.map(({ address }) => `address delete ${address} dev ${device}`).toReversed();
}

/** `replace`, since the kernel makes some of it along with the rest. */
function configure(config: DeviceConfig, device: string): string[] {
  return [
    ...config.addresses.map(({ address, options }) =>
      ['address replace', address, ...options, 'dev', device].join(' '),
    ),
    ...byNeed(config.routes).map((words) => `route replace ${words} dev ${device}`),
    ...config.dependentRoutes.map((words) => `route replace ${words}`),
  ];
}

/** A gateway has to be reachable before a route through it is taken. */
function byNeed(routes: readonly string[]): string[] {
  const isOverGateway = (words: string) => words.includes(' via ');
  return routes.toSorted((a, b) => Number(isOverGateway(a)) - Number(isOverGateway(b)));
}
