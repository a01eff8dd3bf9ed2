import type { Firewall, FirewallManager } from '../../src/ports.js';

/** What filters a host's packets, in memory. */
export class FakeFirewall implements Firewall {
  manager: FirewallManager | undefined = 'nftables';
  others: string[] = [];
  ssh = [22];
  /** Services that firewalld lets in. */
  readonly open = new Set<string>();
  /** What firewalld says when it is asked to let something in. */
  refusal: Error | undefined;

  async detect(): Promise<FirewallManager | undefined> {
    return this.manager;
  }
  async otherFilters(): Promise<readonly string[]> {
    return this.others;
  }
  async sshPorts(): Promise<readonly number[]> {
    return this.ssh;
  }
  async openService(name: string): Promise<void> {
    if (this.refusal !== undefined) throw this.refusal;
    this.open.add(name);
  }
  async closeService(name: string): Promise<void> {
    this.open.delete(name);
  }
}
