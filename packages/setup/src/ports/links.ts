import type { IpLink, IpRoute } from '@hosted-engine/core';

/** The interfaces of this host. */
export interface HostLinks {
  look(): Promise<LinkSituation>;
}

export interface LinkSituation {
  readonly links: readonly IpLink[];
  readonly routes: readonly IpRoute[];
  /** Names of interfaces that are radios. */
  readonly wireless: readonly string[];
}
