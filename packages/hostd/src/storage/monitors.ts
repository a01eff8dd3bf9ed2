/** The domains that this host monitors: their host ids, their health, and what is saved of them. */
import { messageOf } from '@hosted-engine/ports';
import { type RepoStats, VDSM_CODE } from '@hosted-engine/vdsm';
import type { DomainCatalogue } from './domain-catalogue.js';
import { DomainCheck } from './domain-check.js';
import { DomainPlace } from './domain-place.js';
import { HostId, type HostIdDeps } from './host-id.js';
import { KeyedQueue } from './keyed-queue.js';
import type { StateFile } from './state-file.js';
import { storageError } from './storage-error.js';

export interface MonitorsDeps extends HostIdDeps {
  readonly catalogue: DomainCatalogue;
  readonly state: StateFile;
}

interface Monitor {
  readonly sdUUID: string;
  readonly hostId: number;
  readonly isTemporary: boolean;
  readonly abort: AbortController;
  readonly id: HostId;
  readonly check: DomainCheck;
  /** The loops; they never reject, and end after `abort`. */
  readonly keeping: Promise<void>;
  readonly checking: Promise<void>;
}

const CLOSE_WAIT_MS = 1000;

export class Monitors {
  readonly #deps: MonitorsDeps;
  readonly #monitors = new Map<string, Monitor>();
  /** Starts and stops, one after the other: a start must not be lost in a stop that is under way. */
  readonly #changes = new KeyedQueue();

  constructor(deps: MonitorsDeps) {
    this.#deps = deps;
  }

  /**
   * Begins, and returns before anything is known. VdsmError 700 with another host id than now.
   * `isTemporary`: not begun again after a restart.
   */
  start(sdUUID: string, hostId: number, isTemporary = false): Promise<void> {
    return this.#changes.run(sdUUID, () => this.#start(sdUUID, hostId, isTemporary));
  }

  async #start(sdUUID: string, hostId: number, isTemporary: boolean): Promise<void> {
    const running = this.#monitors.get(sdUUID);
    if (running !== undefined) {
      if (running.hostId === hostId) return;
      throw storageError(
        VDSM_CODE.hostIdMismatch,
        `Domain ${sdUUID} is monitored with host id ${running.hostId}, not ${hostId}`,
      );
    }
    this.#monitors.set(sdUUID, this.#begin(sdUUID, hostId, isTemporary));
    await this.#save();
  }

  /**
   * Ends monitoring and gives the host id back. VdsmError 662 while a VM here holds a lease by it:
   * monitoring then goes on. Not monitored = success.
   */
  stop(sdUUID: string): Promise<void> {
    return this.#changes.run(sdUUID, () => this.#stop(sdUUID));
  }

  async #stop(sdUUID: string): Promise<void> {
    const monitor = this.#monitors.get(sdUUID);
    if (monitor === undefined) return;
    // Ended first, or its loop would join again what is given back.
    monitor.abort.abort();
    await monitor.keeping;
    await this.#release(monitor);
    this.#monitors.delete(sdUUID);
    await this.#save();
  }

  async #release(monitor: Monitor): Promise<void> {
    try {
      await monitor.id.release();
    } catch (error) {
      this.#monitors.set(
        monitor.sdUUID,
        this.#begin(monitor.sdUUID, monitor.hostId, monitor.isTemporary),
      );
      throw storageError(
        VDSM_CODE.releaseHostIdFailed,
        `Cannot release host id: ('${monitor.sdUUID}', ${messageOf(error)})`,
        error,
      );
    }
  }

  has(sdUUID: string): boolean {
    return this.#monitors.has(sdUUID);
  }

  isAcquired(sdUUID: string): boolean {
    return this.#monitors.get(sdUUID)?.id.isAcquired === true;
  }

  /** sanlock says that this host does not hold its id in the domain. False while that is unknown. */
  isHostIdLost(sdUUID: string): boolean {
    return this.#monitors.get(sdUUID)?.id.isLost === true;
  }

  /** Never blocks: what the loops have found. */
  stats(domains: readonly string[]): Readonly<Record<string, RepoStats>> {
    const stats: Record<string, RepoStats> = {};
    for (const monitor of this.#monitors.values()) {
      if (domains.length > 0 && !domains.includes(monitor.sdUUID)) continue;
      const checked = monitor.check.stats();
      // Shown beside `acquired: false`, which alone says nothing of why.
      const isTaken = monitor.id.takenBy !== undefined;
      stats[monitor.sdUUID] = {
        ...checked,
        code: isTaken && checked.code === 0 ? VDSM_CODE.acquireHostIdFailed : checked.code,
        acquired: monitor.id.isAcquired,
      };
    }
    return stats;
  }

  /** Ends the loops; host ids stay held. A check that hangs is not waited for. */
  async close(): Promise<void> {
    const monitors = [...this.#monitors.values()];
    for (const monitor of monitors) monitor.abort.abort();
    const ended = Promise.all(monitors.flatMap(({ keeping, checking }) => [keeping, checking]));
    await Promise.race([ended, this.#deps.clock.sleep(CLOSE_WAIT_MS)]);
  }

  #begin(sdUUID: string, hostId: number, isTemporary: boolean): Monitor {
    const { catalogue, ioTimeoutS } = this.#deps;
    const abort = new AbortController();
    const place = new DomainPlace(catalogue, sdUUID);
    const id = new HostId(this.#deps, sdUUID, hostId, () => place.lockspace());
    const check = new DomainCheck(this.#deps, sdUUID, (again) => place.metadataPath(again));
    // A check for each of sanlock's own renewals is enough, and follows its pace.
    const intervalMs = Math.min(10, Math.max(1, ioTimeoutS)) * 1000;
    const checking = check.repeat(intervalMs, abort.signal);
    const keeping = id.keep(abort.signal);
    return { sdUUID, hostId, isTemporary, abort, id, check, keeping, checking };
  }

  async #save(): Promise<void> {
    const monitored = [...this.#monitors.values()]
      .filter((monitor) => !monitor.isTemporary)
      .map(({ sdUUID, hostId }) => ({ sdUUID, hostId }));
    await this.#deps.state.update((state) => ({ ...state, monitored }));
  }
}
