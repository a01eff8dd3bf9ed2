// The checkers: they look at the world from outside, on every event, and share no code with the daemon.

import type { JournalEntry } from '@hosted-engine/core';
import type { WorldEvent } from '../world/event.js';
import type { SimHost } from '../world/host.js';
import type { World } from '../world/world.js';
import { LeaseChecker } from './lease-checker.js';
import { MaintenanceChecker } from './maintenance-checker.js';
import { ReasonChecker } from './reason-checker.js';
import { SequenceChecker } from './sequence-checker.js';

/** S1 to S10 and L1 to L5 of the invariants; `crash`: the daemon's own code threw; `pace`: it spins; `same`: a
 * second run of the same seed went otherwise. */
export type RuleName =
  | `S${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10}`
  | `L${1 | 2 | 3 | 4 | 5}`
  | 'crash'
  | 'pace'
  | 'same';

export interface Violation {
  readonly atS: number;
  readonly rule: RuleName;
  readonly hosts: readonly string[];
  /** What was seen. */
  readonly what: string;
}

/** One of the observers. */
export interface Checker {
  happened(event: WorldEvent): void;
  /** A decision that a daemon wrote to its journal. */
  decided?(host: SimHost, entry: JournalEntry): void;
}

export type Report = (rule: RuleName, hosts: readonly SimHost[], what: string) => void;

/** The same fault seen again and again is one violation. */
const REPEATS_MAX = 1;

export class Checkers {
  readonly violations: Violation[] = [];
  readonly #world: World;
  readonly #all: readonly Checker[];
  readonly #counts = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
    const report: Report = (rule, hosts, what) => this.report(rule, hosts, what);
    this.#all = [
      new LeaseChecker(world, report),
      new MaintenanceChecker(world, report),
      new ReasonChecker(world, report),
      new SequenceChecker(world, report),
    ];
  }

  report(rule: RuleName, hosts: readonly SimHost[], what: string): void {
    const names = hosts.map((host) => host.name);
    const key = `${rule} ${names.join(' ')}`;
    const count = this.#counts.get(key) ?? 0;
    this.#counts.set(key, count + 1);
    if (count >= REPEATS_MAX) return;
    this.violations.push({ atS: this.#world.nowS, rule, hosts: names, what });
    this.#world.note(hosts[0], `VIOLATION ${rule}: ${what}`);
  }

  happened(event: WorldEvent): void {
    for (const checker of this.#all) checker.happened(event);
  }

  decided(host: SimHost, entry: JournalEntry): void {
    for (const checker of this.#all) checker.decided?.(host, entry);
  }
}
