/** A network of Host.setupNetworks (vdsm.md B7). Numbers and flags come as text from some clients. */
export interface NetworkDefinition {
  readonly nic?: string;
  readonly bonding?: string;
  readonly vlan?: number | string;
  /** @default true */
  readonly bridged?: boolean | string;
  readonly ipaddr?: string;
  readonly netmask?: string;
  readonly gateway?: string;
  readonly bootproto?: string;
  /** With its prefix length. */
  readonly ipv6addr?: string;
  readonly ipv6gateway?: string;
  readonly dhcpv6?: boolean | string;
  readonly ipv6autoconf?: boolean | string;
  readonly defaultRoute?: boolean | string;
  readonly mtu?: number | string;
  readonly stp?: boolean | string;
  readonly nameservers?: readonly string[];
  readonly switch?: string;
  readonly custom?: Readonly<Record<string, string>>;
  readonly remove?: boolean | string;
}

export interface BondDefinition {
  readonly nics?: readonly string[];
  readonly options?: string;
  readonly remove?: boolean | string;
}

export interface SetupNetworksOptions {
  readonly connectivityCheck?: boolean | string;
  /** Seconds. @default 120 */
  readonly connectivityTimeout?: number | string;
  /** Makes the networks outlive a reboot at once. @default false */
  readonly commitOnSuccess?: boolean | string;
}
