// What must come once all faults are healed. L1: the VM runs within its bound. L2: it is healthy, or an alert says why
// not. L3, L4: no more restarts and moves than the faults explain, and none once it has settled. L5: leaving
// maintenance takes effect within two turns.

import type { WorldEvent } from '../world/event.js';
import type { SimHost } from '../world/host.js';
import { deadS } from '../world/profile.js';
import type { World } from '../world/world.js';

/** Turns are 2 s apart; the flag is read as often, and either may just have been missed. */
const TWO_LOOPS_S = 12;
/** The daemon's own times: settling, a pause after a lost race, a standby's turn, an original agent's pace. */
const DECIDE_S = 70;
/** The ladder: bad health, the restart of the service, a shutdown that the guest ignores. */
const LADDER_S = 300 + 120 + 300 + 40;
/** Quiet at the end: nothing may start or move any more. */
const QUIET_S = 20;
const STEP_S = 2;
/** After a failed start and for a host of last resort there is a pause of a minute. */
const PAUSE_S = 60;

export class LivenessChecker {
  readonly #world: World;
  /** Their storage was quick: nothing that they began before the healing can still be under way long after it. */
  readonly #prompt: readonly SimHost[];
  #starts = 0;
  #moves = 0;

  /** To be made before the healing. */
  constructor(world: World) {
    this.#world = world;
    this.#prompt = world.hosts.filter(({ path }) => path.mode === 'ok' && path.latencyS < 1);
  }

  /** Lets time pass until all is well or overdue. */
  async watch(): Promise<void> {
    const world = this.#world;
    const { profile } = world;
    const forget = world.onEvent((event) => this.#count(event));
    const healedS = world.nowS;
    // Hosts that boot have to join: at once by their old name, after the dead time by a new one.
    const joinS = profile.hostBootS + 6 * profile.ioTimeoutS;
    const boundS = deadS(profile) + 4 * profile.ioTimeoutS + joinS + DECIDE_S + PAUSE_S;
    const before = this.#prompt.filter((host) => isIdle(host) && host.path.mode === 'ok');
    await world.advance(TWO_LOOPS_S);
    this.#leftMaintenance(before);
    const runs = await this.#until(healedS + boundS, () => world.runner() !== undefined);
    if (!runs) {
      world.violated('L1', [], `nobody runs the engine VM ${boundS} s after everything healed`);
      forget();
      return;
    }
    const healthyByS = world.nowS + profile.bootS + 2 + LADDER_S;
    const isHealthy = (): boolean => world.snapshot().engine.isHealthy;
    const healthy = await this.#until(healthyByS, isHealthy);
    const isAlert = world.log.some(({ text }) => text.includes('ALERT'));
    if (!healthy && !isAlert) {
      world.violated('L2', [], 'the engine is not healthy, and no alert says why');
    }
    await world.advance(QUIET_S);
    this.#bounds();
    forget();
  }

  #count(event: WorldEvent): void {
    if (event.kind === 'guest-started') this.#starts += 1;
    if (event.kind === 'migrated') this.#moves += 1;
  }

  async #until(byS: number, condition: () => boolean): Promise<boolean> {
    while (!condition()) {
      if (this.#world.nowS >= byS) return false;
      await this.#world.advance(STEP_S);
    }
    return true;
  }

  #leftMaintenance(hosts: readonly SimHost[]): void {
    for (const host of hosts) {
      const name = host.turn?.machine.name ?? '';
      if (!isIdle(host) || !/Maintenance/.test(name)) continue;
      this.#world.violated('L5', [host], `still in ${name} ${TWO_LOOPS_S} s after it was ended`);
    }
  }

  /** With everything healed one start is enough, and a second one where the first was under way already. */
  #bounds(): void {
    if (this.#starts > 3) {
      this.#world.violated('L3', [], `${this.#starts} starts after everything healed`);
    }
    if (this.#moves > 2) {
      this.#world.violated('L4', [], `${this.#moves} migrations after everything healed`);
    }
  }
}

/** Its daemon runs and is answered: it has no excuse. */
function isIdle(host: SimHost): boolean {
  return host.run?.process.state === 'running' && host.machine?.hypervisor.answers === 'yes';
}
