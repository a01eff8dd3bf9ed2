import type { PeerSlot } from '../cluster/peers.js';
import type { Health, VmView } from '../engine-status.js';
import type { Fact } from '../fact.js';

/** Everything that a decision may look at. Immutable; one per step. */
export interface Observation {
  /** This host's monotonic seconds. */
  readonly nowS: number;
  readonly hostId: number;
  readonly globalMaintenance: Fact<boolean>;
  readonly localMaintenance: boolean;
  readonly vm: Fact<VmView>;
  readonly health: Fact<Health>;
  /** The storage domain's monitor: valid, its delay bearable, its host id held. */
  readonly storage: Fact<boolean>;
  /** A complete reading of the peers' believable slots (without ours), and when it was made. */
  readonly slots: Fact<SlotsReading>;
  readonly lease: Fact<LeaseLook>;
  readonly networkShare: Fact<number>;
  readonly bridgeUp: Fact<boolean>;
  readonly memoryFreeMiB: Fact<number>;
  readonly cpuLoad: Fact<number>;
  readonly cpuCores: Fact<number>;
  readonly configUpToDate: Fact<boolean>;
  /** Memory that the engine VM needs; undefined while no configuration was read. */
  readonly vmMemoryMiB: number | undefined;
  /** The last start that the host daemon refused outright, if any. */
  readonly startRefused: Refusal | undefined;
  /** The last migration that was refused outright, or whose end the host daemon told as failed. */
  readonly moveRefused: Refusal | undefined;
  /** The guest's agent could not restart the engine service. */
  readonly serviceRefused: Refusal | undefined;
  /** The last attempt to let a paused guest go on that was refused outright, if any. */
  readonly resumeRefused: Refusal | undefined;
  /** Local maintenance was asked for with force: without a target the VM is stopped (row 13). */
  readonly localMaintenanceForced: boolean;
}

export interface Refusal {
  /** When the refused effect was begun: an answer that comes late tells nothing of the next attempt. */
  readonly atS: number;
  readonly why: string;
}

export interface SlotsReading {
  readonly peers: readonly PeerSlot[];
  readonly readS: number;
}

/** The engine VM's lease and what sanlock thinks of its owner (house.md 6, look before you leap). */
export type LeaseLook =
  | { readonly kind: 'free' }
  | {
      readonly kind: 'held';
      readonly byHostId: number;
      readonly owner: OwnerState;
      /** Seconds until sanlock will grant it over a dead owner, when that can be told. */
      readonly grantableInS: number | undefined;
    };

/**
 * live     renews its host id: no attempt
 * failing  does not renew: an attempt parks until sanlock calls it dead
 * gone     dead, left, or joined anew since: the lease can be granted
 * unknown  sanlock cannot tell yet: no attempt (I5)
 */
export type OwnerState = 'live' | 'failing' | 'gone' | 'unknown';
