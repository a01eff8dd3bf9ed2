// S1: one running QEMU. S2: it has the lease, or its host is about to kill it. S3: nobody acts on a lease that has
// run out by the host's own clock. S6: a host id is used once.

import type { WorldEvent } from '../world/event.js';
import type { SimHost } from '../world/host.js';
import { deadS, failS } from '../world/profile.js';
import { DOMAIN, HOSTED_ENGINE } from '../world/sanlock.js';
import type { World } from '../world/world.js';
import type { Checker, Report } from './checkers.js';

/** A fact about the storage may be this old, and a look at it takes a moment. */
const STORAGE_FACT_S = 15;
/** How long after the loss of its id a host may go on to ask for writes: what its guard saw holds for 5 s. */
const GUARD_LAG_S = 6;

export class LeaseChecker implements Checker {
  readonly #world: World;
  readonly #report: Report;
  /** Since when a host's id is not proven any more. */
  readonly #unprovenS = new Map<SimHost, number>();

  constructor(world: World, report: Report) {
    this.#world = world;
    this.#report = report;
  }

  happened(event: WorldEvent): void {
    switch (event.kind) {
      case 'guest-started':
      case 'guest-resumed':
      case 'migrated':
        this.#oneEngine();
        this.#leaseOf();
        return;
      case 'turn':
        this.#leaseOf();
        this.#watchId(event.host);
        return;
      case 'asked':
        if (event.call === 'start' || event.call === 'resume') this.#notExpired(event.host);
        return;
      case 'slot-written':
        this.#ownSlot(event.host, event.id, event.askedS);
        return;
      case 'sanlock':
        this.#idOnce(event.host);
        if (hasId(event.host)) this.#unprovenS.delete(event.host);
        return;
      default:
    }
  }

  #running(): SimHost[] {
    return this.#world.hosts.filter((host) => host.machine?.hypervisor.isRunning === true);
  }

  #oneEngine(): void {
    const running = this.#running();
    if (running.length <= 1) return;
    const names = running.map((host) => host.name).join(' and ');
    this.#report('S1', running, `the engine VM runs on ${names} at once`);
  }

  #leaseOf(): void {
    const { lease } = this.#world.storage;
    for (const host of this.#running()) {
      const { sanlock } = host.machine ?? {};
      if (sanlock === undefined) continue;
      const age = sanlock.renewalAgeS() ?? Number.POSITIVE_INFINITY;
      if (age > deadS(this.#world.profile)) {
        const what = `QEMU runs ${age.toFixed(1)} s after the last renewal of its host's id`;
        this.#report('S2', [host], what);
      }
      const isOurs = lease?.hostId === host.hostId && lease.generation === sanlock.generation;
      if (!isOurs) {
        const owner = lease === undefined ? 'nobody' : `host id ${lease.hostId}`;
        this.#report('S2', [host], `QEMU runs while the lease belongs to ${owner}`);
      }
    }
  }

  #notExpired(host: SimHost): void {
    const age = host.machine?.sanlock.renewalAgeS();
    const stood = host.run?.process.stoodStillS ?? 0;
    // One that stood still decided before it did; the lease, not the agent, keeps that safe.
    if (age === undefined || stood > 0) return;
    const isJoined = host.machine?.sanlock.state(DOMAIN) === 'joined';
    if (!isJoined && age > failS(this.#world.profile) + STORAGE_FACT_S) {
      this.#report(
        'S3',
        [host],
        `the agent acts ${age.toFixed(1)} s after its host's last renewal`,
      );
    }
  }

  /** At its turns: one that stood still could not know. */
  #watchId(host: SimHost): void {
    if (hasId(host)) this.#unprovenS.delete(host);
    else if (!this.#unprovenS.has(host)) this.#unprovenS.set(host, this.#world.nowS);
  }

  #ownSlot(host: SimHost, id: number, askedS: number): void {
    if (id !== host.hostId && id !== 0) {
      this.#report('S6', [host], `it wrote slot ${id}, which is not its own`);
    }
    // A write that hung in the kernel lands when the storage is back: what counts is when it was asked for.
    const sinceS = this.#unprovenS.get(host);
    if (sinceS === undefined || askedS - sinceS <= GUARD_LAG_S) return;
    const lag = (askedS - sinceS).toFixed(1);
    this.#report('S6', [host], `it asked to write slot ${id} ${lag} s after it lost its host id`);
  }

  #idOnce(host: SimHost): void {
    const twins = this.#world.hosts.filter(
      (other) => other.hostId === host.hostId && other.machine?.sanlock.state(DOMAIN) === 'joined',
    );
    if (twins.length > 1) {
      this.#report('S6', twins, `host id ${host.hostId} is joined by two hosts`);
    }
  }
}

/** Nothing is to be said of a host without sanlock. */
function hasId(host: SimHost): boolean {
  const { sanlock } = host.machine ?? {};
  return sanlock === undefined || sanlock.isDead || sanlock.state(HOSTED_ENGINE) === 'joined';
}
