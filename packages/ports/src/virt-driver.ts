/**
 * The hypervisor as hostd sees it: domains by VM id, events, facts of the host.
 *
 * Contract, checked for every adapter by `contract/virt-driver.contract.ts`:
 *   V1. `start` resolves when the guest runs. It may be parked for minutes while the lease of a dead
 *       owner runs out; a parked start blocks no other call, and `inspect` answers `starting`.
 *   V2. `destroy` of a start in progress ends it: the start rejects with `cancelled`, nothing is left.
 *   V3. Every call except `start` settles within its deadline. `timeout` and `unreachable` mean that
 *       the outcome is unknown (I5): they are never read as "no such domain".
 *   V4. `no-domain` and `exists` are the hypervisor's own words, from a connection that works.
 *   V5. Events of one domain arrive in order. After `connection up` some may have been missed:
 *       the listener has to look at each domain again.
 *   V6. Ending this process, or closing the adapter, touches no domain (I7).
 */
export interface VirtDriver {
  /** Starts a transient domain from its XML and resolves with its VM id. No deadline, see V1. */
  start(domain: DomainStart): Promise<void>;
  /** All active domains. `busy` while the hypervisor has a parked start, be it a cancelled one. */
  list(): Promise<readonly DomainView[]>;
  /** `no-domain` when it is not active. */
  inspect(vmId: string): Promise<DomainView>;
  command(vmId: string, command: DomainCommand): Promise<void>;
  /** One request to the guest agent (JSON in, JSON out). `refused` when the guest has none. */
  agent(vmId: string, request: string, timeoutS: number): Promise<string>;
  /** Versions and abilities of the hypervisor. */
  facts(): Promise<HypervisorFacts>;
  /** Returns the function that ends the subscription. The connection's state is told at once. */
  subscribe(listener: (event: VirtEvent) => void): () => void;
}

export interface DomainStart {
  readonly vmId: string;
  readonly name: string;
  /** Its uuid and name are `vmId` and `name`. */
  readonly xml: string;
  /** Start with the guest's CPUs stopped. */
  readonly paused?: boolean;
}

export type DomainState =
  | 'starting'
  | 'running'
  | 'paused'
  | 'shutting-down'
  | 'shut-off'
  | 'crashed'
  | 'suspended'
  | 'unknown';

export interface DomainView {
  readonly vmId: string;
  readonly name: string;
  readonly state: DomainState;
  /** Why it is paused; `other` for reasons nobody acts on. */
  readonly pauseReason?: 'user' | 'io-error' | 'migration' | 'other';
  /** The live XML without secrets; undefined while `starting`. */
  readonly xml?: string;
  /** The hypervisor process; undefined when it is not known. */
  readonly pid?: number;
  /** Of the balloon driver, KiB; undefined when it did not answer within a second. */
  readonly memory?: DomainMemory;
}

export interface DomainMemory {
  readonly actualKiB?: number;
  readonly unusedKiB?: number;
  readonly availableKiB?: number;
  readonly rssKiB?: number;
}

export type DomainCommand =
  /** Asks the guest to power off; resolves when it was asked. */
  | { readonly kind: 'shutdown'; readonly via: 'agent' | 'acpi' }
  | { readonly kind: 'reboot'; readonly via: 'agent' | 'acpi' }
  /**
   * Ends the process at once. An absent domain is `no-domain`. `mayBeParked`: an earlier process of
   * ours may have begun a start of it that is still parked; it is ended like one of our own (V2).
   */
  | { readonly kind: 'destroy'; readonly mayBeParked?: boolean }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'reset' }
  /** Changes a device of the running domain. */
  | { readonly kind: 'update-device'; readonly xml: string };

export interface HypervisorFacts {
  /** For example "9.0.0". */
  readonly libraryVersion: string;
  readonly hypervisorVersion: string;
  /** A guest can use hardware virtualization here. */
  readonly kvmUsable: boolean;
  readonly machines: readonly string[];
  /** CPU models that a guest can have. */
  readonly cpuModels: readonly string[];
}

export type StopCause =
  /** The guest powered itself off, or QEMU was asked to end politely: see `shutdown` before it. */
  'shutdown' | 'destroyed' | 'crashed' | 'migrated' | 'saved' | 'failed';

export type VirtEvent =
  | { readonly kind: 'connection'; readonly up: boolean; readonly reason: string }
  | { readonly kind: 'started'; readonly vmId: string }
  | { readonly kind: 'resumed'; readonly vmId: string }
  | {
      readonly kind: 'paused';
      readonly vmId: string;
      readonly reason: 'user' | 'io-error' | 'migration' | 'other';
    }
  /** The guest's machine has powered down; `stopped` follows. */
  | { readonly kind: 'shutdown'; readonly vmId: string; readonly by: 'guest' | 'host' | 'unknown' }
  | { readonly kind: 'stopped'; readonly vmId: string; readonly cause: StopCause }
  | { readonly kind: 'rebooted'; readonly vmId: string }
  | {
      readonly kind: 'io-error';
      readonly vmId: string;
      readonly device: string;
      /** What the hypervisor said, for example "enospc" or "". */
      readonly reason: string;
    }
  | { readonly kind: 'agent'; readonly vmId: string; readonly connected: boolean };

export type VirtFailure =
  | 'unreachable'
  | 'timeout'
  | 'busy'
  | 'no-domain'
  | 'exists'
  /** Another host holds the lease: normal, and no failure of this host (I4). */
  | 'lease-held'
  | 'cancelled'
  | 'refused';

/** A failed call. `message` is the hypervisor's own text where it gave one. */
export class VirtError extends Error {
  readonly failure: VirtFailure;

  constructor(failure: VirtFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'VirtError';
    this.failure = failure;
  }
}

/** The call may have taken effect: look again before acting on it. */
export function isOutcomeUnknown(error: unknown): boolean {
  return (
    error instanceof VirtError && (error.failure === 'unreachable' || error.failure === 'timeout')
  );
}
