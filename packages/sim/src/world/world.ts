// A cluster of simulated hosts in virtual time. Each runs the production daemon of packages/ha unchanged; sanlock,
// libvirt, QEMU, the storage, the network and the clocks are simulated below it.

import { decodeGlobalSlot } from '@hosted-engine/core';
import { Checkers, type RuleName, type Violation } from '../check/checkers.js';
import { applyFault } from './apply.js';
import { describeEvent } from './describe.js';
import type { WorldEvent } from './event.js';
import type { Fault } from './fault.js';
import type { EngineTrouble } from './guest.js';
import { SimHost } from './host.js';
import { LAB_PROFILE, type Profile } from './profile.js';
import { Random } from './random.js';
import { snapshotOf, type WorldSnapshot } from './snapshot.js';
import { SharedStorage } from './storage.js';
import { VirtualClock } from './virtual-clock.js';

export interface WorldOptions {
  /** 1 to 64. */
  readonly hosts: number;
  /** Everything random comes from it: one seed, one history. */
  readonly seed: number;
  /** What differs from the lab's profile. */
  readonly profile?: Partial<Profile>;
  /** False: all hosts are off at first. */
  readonly isOn?: boolean;
}

export interface LogLine {
  readonly atS: number;
  /** The host's name; empty for what concerns none. */
  readonly host: string;
  readonly text: string;
}

export class World {
  readonly seed: number;
  readonly profile: Profile;
  readonly clock = new VirtualClock();
  readonly random: Random;
  readonly storage = new SharedStorage();
  readonly hosts: SimHost[] = [];
  readonly trouble: EngineTrouble = { isBroken: false, isFlappedDown: false };
  readonly checkers: Checkers;
  isGatewayUp = true;
  /** The flag as it was last written to slot 0. */
  isGlobalMaintenance = false;
  migrations: 'work' | 'fail' | 'hang' = 'work';
  readonly #log: LogLine[] = [];
  readonly #listeners = new Set<(event: WorldEvent) => void>();

  constructor(options: WorldOptions) {
    const { hosts, seed } = options;
    if (!Number.isInteger(hosts) || hosts < 1 || hosts > 64) {
      throw new RangeError(`a world has 1 to 64 hosts, not ${hosts}`);
    }
    this.seed = seed;
    this.profile = { ...LAB_PROFILE, ...options.profile };
    this.random = new Random(seed, 'world');
    this.checkers = new Checkers(this);
    for (let index = 1; index <= hosts; index += 1) {
      this.hosts.push(new SimHost(this, index, index, `host${index}`));
    }
    if (options.isOn === false) return;
    for (const host of this.hosts) host.powerOn(host.random.between(0.1, 2));
  }

  get nowS(): number {
    return this.clock.nowS;
  }

  /** What happened so far, in order. The same options and faults give the same lines. */
  get log(): readonly LogLine[] {
    return this.#log;
  }

  get violations(): readonly Violation[] {
    return this.checkers.violations;
  }

  /** Host ids that any host uses. */
  get hostIds(): readonly number[] {
    return [...new Set(this.hosts.map((host) => host.hostId))];
  }

  /** Lets time pass. */
  async advance(seconds: number): Promise<void> {
    await this.clock.advance(seconds);
  }

  /** Throws a RangeError when the fault names a host that is not there. */
  apply(fault: Fault): void {
    this.happened({ kind: 'fault', fault });
    applyFault(this, fault);
    this.clock.touch();
  }

  /** The host of that number, as faults name it. */
  host(index: number): SimHost {
    const host = this.hosts[index - 1];
    if (host === undefined) throw new RangeError(`there is no host ${index}`);
    return host;
  }

  /** Adds a host beside the numbered ones. */
  addHost(hostId: number, name: string): SimHost {
    const host = new SimHost(this, this.hosts.length + 1, hostId, name);
    this.hosts.push(host);
    return host;
  }

  /** The host whose QEMU executes the guest; the first of them, should there be several. */
  runner(): SimHost | undefined {
    return this.hosts.find((host) => host.machine?.hypervisor.isRunning === true);
  }

  /** What slot 0 says; undefined while it cannot be read. */
  get globalMaintenance(): boolean | undefined {
    const global = decodeGlobalSlot(this.storage.slot(0));
    return global.kind === 'global' ? (global.maintenance ?? false) : undefined;
  }

  snapshot(): WorldSnapshot {
    return snapshotOf(this);
  }

  /** Calls `listener` with everything that happens from now on. */
  onEvent(listener: (event: WorldEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  happened(event: WorldEvent): void {
    const line = describeEvent(event);
    if (line !== undefined) this.#log.push({ atS: this.nowS, ...line });
    this.checkers.happened(event);
    for (const listener of this.#listeners) listener(event);
  }

  violated(rule: RuleName, hosts: readonly SimHost[], what: string): void {
    this.checkers.report(rule, hosts, what);
  }

  note(host: SimHost | undefined, text: string): void {
    this.#log.push({ atS: this.nowS, host: host?.name ?? '', text });
  }
}

/** `  12.3 host2  text`. */
export function formatLogLine({ atS, host, text }: LogLine): string {
  return `${atS.toFixed(1).padStart(7)} ${host.padEnd(6)} ${text}`;
}
