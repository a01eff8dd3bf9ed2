/**
 * Addresses and names of a lab's networks, inside its namespaces: 10.88.N.0/24 for management and the
 * engine VM, 10.89.N.0/24 for what hosts say to each other (migrations).
 */

export const HOST_COUNT_MAX = 5;
const FIRST_HOST_OCTET = 10;
const ENGINE_OCTET = 100;
export const DOMAIN = 'lab.test';
export const ENGINE_FQDN = `engine.${DOMAIN}`;
/** Serves `/exports/NAME` to the hosts' mount.nfs. */
export const STORAGE_SERVER = `nas.${DOMAIN}`;
export const BRIDGE = 'ovirtmgmt';
export const PREFIX_LENGTH = 24;

export interface HostPlan {
  readonly id: number;
  readonly name: string;
  readonly fqdn: string;
  readonly address: string;
  readonly mac: string;
  /** The end of the host's cable on the site's bridge. */
  readonly sitePort: string;
  /** On the network between hosts, where the other hosts reach this one by its name. */
  readonly backAddress: string;
  readonly backPort: string;
}

export interface NetworkPlan {
  readonly subnet: number;
  readonly gateway: string;
  readonly engineAddress: string;
  readonly engineMac: string;
  readonly hosts: readonly HostPlan[];
}

function hexOctet(value: number): string {
  return value.toString(16).padStart(2, '0');
}

export function networkPlan(subnet: number, hostCount: number): NetworkPlan {
  const hosts: HostPlan[] = [];
  for (let id = 1; id <= hostCount; id += 1) {
    const name = `host${id}`;
    hosts.push({
      id,
      name,
      fqdn: `${name}.${DOMAIN}`,
      address: `10.88.${subnet}.${FIRST_HOST_OCTET + id}`,
      mac: `02:88:00:00:${hexOctet(subnet)}:${hexOctet(FIRST_HOST_OCTET + id)}`,
      sitePort: `port-h${id}`,
      backAddress: `10.89.${subnet}.${FIRST_HOST_OCTET + id}`,
      backPort: `back-h${id}`,
    });
  }
  return {
    subnet,
    gateway: `10.88.${subnet}.1`,
    engineAddress: `10.88.${subnet}.${ENGINE_OCTET}`,
    engineMac: `00:16:3e:88:${hexOctet(subnet)}:${hexOctet(ENGINE_OCTET)}`,
    hosts,
  };
}

/** The lines of dnsmasq's --host-record: forward and reverse names. */
export function hostRecords(plan: NetworkPlan): readonly string[] {
  return [
    `gateway.${DOMAIN},${plan.gateway}`,
    `${ENGINE_FQDN},${plan.engineAddress}`,
    `${STORAGE_SERVER},${plan.gateway}`,
    ...plan.hosts.map((host) => `${host.fqdn},${host.address}`),
  ];
}
