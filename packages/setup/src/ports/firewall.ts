export type FirewallManager = 'firewalld' | 'nftables';

/** What filters the packets of this host. */
export interface Firewall {
  /** The manager at work here; undefined when there is none that set-up can configure. */
  detect(): Promise<FirewallManager | undefined>;
  /** Tables of others that refuse some of what comes in: what they shut, no other table can open. */
  otherFilters(): Promise<readonly string[]>;
  /** Ports on which people log in by SSH: the daemon's own, and the one of this very session. */
  sshPorts(): Promise<readonly number[]>;
  /** Lets a service of firewalld in, now and after a reboot. HE_FAILED with what firewalld said. */
  openService(name: string): Promise<void>;
  /** Takes that back. A service that is not let in, or not known, is no error. */
  closeService(name: string): Promise<void>;
}
