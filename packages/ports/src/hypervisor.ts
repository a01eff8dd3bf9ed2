import type { VmView } from '@hosted-engine/core';

/** Figures of this host that the monitors need, all of one moment. */
export interface HostFigures {
  readonly memoryFreeMiB: number;
  /** Busy share of all CPUs in the last seconds, 0..1; undefined while it was not measured. */
  readonly cpuBusyShare: number | undefined;
  readonly cpuCount: number | undefined;
  /** Interfaces and bridges by name; one that is missing does not exist. */
  readonly interfaceUp: ReadonlyMap<string, boolean>;
}

export interface VmReport {
  readonly view: VmView;
  /** CPU that the guest uses, in cores; undefined while it is not known, as for the first minute after its boot. */
  readonly cpuCores: number | undefined;
}

export interface StorageReport {
  /** The domain's last check succeeded. */
  readonly valid: boolean;
  /** Seconds that it took, and seconds since. */
  readonly delayS: number;
  readonly lastCheckS: number;
  /** This host's id is held in the domain's lockspace. */
  readonly acquired: boolean;
}

/**
 * shutdown  asks the guest
 * destroy   ends QEMU, or cancels a start that waits
 * forget    removes a dead entry from the table; never touches a VM that is not down
 * resume    lets a paused guest go on
 */
export type VmCommand = 'shutdown' | 'destroy' | 'forget' | 'resume';

/**
 * The host daemon, as the HA daemon needs it.
 *
 * Contract, checked for every adapter by `contract/hypervisor.contract.ts`:
 *   H1. A call that fails or times out rejects; that says nothing about the VM (I5).
 *   H2. `startVm` resolves when the start was accepted; how it went shows in `vm()`. It is idempotent: a VM
 *       that runs or is being started is left alone, a dead entry of it is replaced.
 *   H3. `command` succeeds when there is nothing to do.
 *   H4. The guest runs on here until it runs there, and a migration that fails leaves it running here. `migrateVm`
 *       rejects with the reason when it fails, be it at once or half-way; an adapter that cannot tell resolves when
 *       it was accepted. A second call while one is under way joins it.
 */
export interface Hypervisor {
  vm(): Promise<VmReport>;
  /** `vmConf` is the text of vm.conf. */
  startVm(vmConf: string): Promise<void>;
  command(what: VmCommand): Promise<void>;
  /** Live migration to the host of that name. */
  migrateVm(toHostname: string): Promise<void>;
  figures(): Promise<HostFigures>;
  /** `unmonitored` when the host daemon does not watch the domain (it restarted, say). */
  storage(): Promise<StorageReport | 'unmonitored'>;
}

/** The engine service inside the guest, reached through the guest's agent. */
export interface EngineService {
  /** Resolves when the guest accepted it. Rejects when there is no agent, or it does not answer. */
  restart(): Promise<void>;
}
