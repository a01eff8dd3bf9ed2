/** One entry of `ip -j -d address`; only what is used. */
export interface IpLink {
  readonly ifname: string;
  readonly link?: string;
  readonly master?: string;
  readonly address?: string;
  readonly mtu?: number;
  readonly link_type?: string;
  readonly operstate?: string;
  readonly inet6_addr_gen_mode?: string;
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_slave_kind?: string;
    readonly info_data?: {
      readonly id?: number;
      readonly stp_state?: number;
      readonly mode?: string;
      readonly active_slave?: string;
    };
  };
  readonly addr_info?: readonly IpAddress[];
}

export interface IpAddress {
  readonly family?: string;
  readonly local?: string;
  /** The other end of a point-to-point link. */
  readonly address?: string;
  readonly prefixlen?: number;
  readonly broadcast?: string;
  readonly scope?: string;
  /** It has a lifetime: a lease, or a router's announcement. */
  readonly dynamic?: boolean;
  readonly noprefixroute?: boolean;
  readonly temporary?: boolean;
  /** Seconds; 4294967295 is for ever. */
  readonly valid_life_time?: number;
  readonly preferred_life_time?: number;
}

/** One entry of `ip -j route`. */
export interface IpRoute {
  readonly dst?: string;
  readonly gateway?: string;
  readonly dev?: string;
}
