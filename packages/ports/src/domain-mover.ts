/**
 * Live migration, beside VirtDriver (the same adapter provides both; failures are VirtError).
 *
 *   M1. `migrate` resolves when the guest runs on the other host and is gone here. It rejects when the
 *       guest goes on here, whatever happened on the other side. It has no deadline.
 *   M2. `timeout` and `unreachable` leave the outcome open (I5): the migration itself goes on in the
 *       hypervisor. Only events and a look at the domain tell how it ends.
 *   M3. The guest's leases move with it: given up here with its CPUs stopped, taken there before the
 *       first instruction (I1).
 *   M4. Ending this process, or closing the adapter, ends no migration (I7).
 */
export interface DomainMover {
  migrate(vmId: string, to: MigrationTarget): Promise<void>;
  /** Undefined when the domain is not being migrated. `no-domain` when it is not here. */
  progress(vmId: string): Promise<MigrationProgress | undefined>;
  /** Accepts another stop of the guest at the switch-over, for a migration that does not come to its end. */
  setDowntime(vmId: string, downtimeMs: number): Promise<void>;
  /** Ends a migration under way; the guest goes on here. `refused` when there is none. */
  abort(vmId: string): Promise<void>;
}

export interface MigrationTarget {
  /** The other host, as its certificate names it. */
  readonly host: string;
  /** Where the guest's memory is sent; a name or an address. */
  readonly dataHost: string;
  /**
   * The longest stop of the guest at the switch-over that is planned for. 0: its memory is sent once
   * while it runs, and what it changed meanwhile with its CPUs stopped, however long that takes.
   */
  readonly downtimeMs: number;
  /** Undefined: as fast as the network goes. */
  readonly bandwidthMiB: number | undefined;
  /** Slow the guest down when it changes its memory faster than it can be sent. */
  readonly autoConverge: boolean;
}

export interface MigrationProgress {
  readonly elapsedMs: number;
  readonly totalBytes: number;
  readonly remainingBytes: number;
}
