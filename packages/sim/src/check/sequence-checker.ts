// S10: what counts upwards never goes back: a host's slots within one boot, generations of host ids.

import type { WorldEvent } from '../world/event.js';
import type { SimHost } from '../world/host.js';
import type { Machine } from '../world/machine.js';
import { DOMAIN } from '../world/sanlock.js';
import type { World } from '../world/world.js';
import type { Checker, Report } from './checkers.js';

/** More turns than this, for so long, is no answer to events: it is a loop that feeds itself. */
const TURNS_PER_S = 5;
const PACE_S = 20;

export class SequenceChecker implements Checker {
  readonly #world: World;
  readonly #report: Report;
  readonly #timestamps = new Map<Machine, number>();
  readonly #turns = new Map<SimHost, { readonly second: number; readonly count: number }>();
  readonly #generations = new Map<number, number>();

  constructor(world: World, report: Report) {
    this.#world = world;
    this.#report = report;
  }

  happened(event: WorldEvent): void {
    if (event.kind === 'slot-written' && event.id !== 0) this.#slot(event.host, event.id);
    if (event.kind === 'sanlock') this.#generation(event.host);
    if (event.kind === 'turn') this.#pace(event.host);
  }

  #pace(host: SimHost): void {
    const second = Math.floor(this.#world.nowS / PACE_S);
    const before = this.#turns.get(host);
    const count = before?.second === second ? before.count + 1 : 1;
    this.#turns.set(host, { second, count });
    if (count === PACE_S * TURNS_PER_S) {
      this.#report('pace', [host], `${count} turns in ${PACE_S} s`);
    }
  }

  #slot(host: SimHost, id: number): void {
    const { machine } = host;
    const timestamp = timestampOf(this.#world.storage.slot(id));
    if (machine === undefined || timestamp === undefined) return;
    const last = this.#timestamps.get(machine) ?? 0;
    if (timestamp < last) {
      this.#report('S10', [host], `its slot went back from ${last} to ${timestamp}`);
    }
    this.#timestamps.set(machine, timestamp);
  }

  #generation(host: SimHost): void {
    const generation = this.#world.storage.delta(DOMAIN, host.hostId)?.generation ?? 0;
    const last = this.#generations.get(host.hostId) ?? 0;
    if (generation < last) {
      const what = `the generation of host id ${host.hostId} went back from ${last} to ${generation}`;
      this.#report('S10', [host], what);
    }
    this.#generations.set(host.hostId, generation);
  }
}

/** The third token; undefined when there is none. */
function timestampOf(slot: Uint8Array): number | undefined {
  let bars = 0;
  let value = 0;
  for (const byte of slot.subarray(0, 64)) {
    if (byte === 0x7c) {
      bars += 1;
      if (bars === 3) return value;
      continue;
    }
    if (bars === 2) value = value * 10 + byte - 0x30;
  }
  return undefined;
}
