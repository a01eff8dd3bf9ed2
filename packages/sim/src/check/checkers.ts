// The checkers: they look at the world from outside, on every event, and share no code with the daemon.

import type { JournalEntry } from '@hosted-engine/core';
import type { WorldEvent } from '../world/event.js';
import type { SimHost } from '../world/host.js';
import type { World } from '../world/world.js';

export interface Violation {
  readonly atS: number;
  /** S1 to S10, L1 to L5, or `crash`. */
  readonly rule: string;
  readonly hosts: readonly string[];
  /** What was seen. */
  readonly what: string;
}

export class Checkers {
  readonly violations: Violation[] = [];
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  report(rule: string, hosts: readonly SimHost[], what: string): void {
    const violation = {
      atS: this.#world.nowS,
      rule,
      hosts: hosts.map((host) => host.name),
      what,
    };
    this.violations.push(violation);
    this.#world.note(hosts[0], `VIOLATION ${rule}: ${what}`);
  }

  happened(event: WorldEvent): void {
    void event;
  }

  decided(host: SimHost, entry: JournalEntry): void {
    void host;
    void entry;
  }

  atRest(): void {}
}
