// S4: in global maintenance no agent starts, stops or moves the VM. S5: in local maintenance this host never starts it.

import type { AgentCall, WorldEvent } from '../world/event.js';
import type { SimHost } from '../world/host.js';
import type { World } from '../world/world.js';
import type { Checker, Report } from './checkers.js';

/**
 * How old what an agent acts on may be, in seconds that it ran: the slots' age, a tick, and the reading of the
 * configuration before a start.
 */
const FACT_S = 16;

interface Flag {
  readonly sinceS: number;
  /** For how long each daemon had stood still by then. */
  readonly stoodS: ReadonlyMap<SimHost, number>;
}

export class MaintenanceChecker implements Checker {
  readonly #world: World;
  readonly #report: Report;
  #global: Flag | undefined;
  readonly #local = new Map<SimHost, Flag>();
  /** When a host's daemons were last unable to act on what they should know. */
  readonly #unsoundS = new Map<SimHost, number>();

  constructor(world: World, report: Report) {
    this.#world = world;
    this.#report = report;
  }

  happened(event: WorldEvent): void {
    this.#watchSoundness();
    this.#watchFlags();
    if (event.kind === 'asked') this.#asked(event.host, event.call);
    if (event.kind === 'guest-started' && event.origin === 'agent') this.#started(event.host);
  }

  #watchSoundness(): void {
    const { nowS, hosts } = this.#world;
    for (const host of hosts) {
      const isSound =
        host.run?.process.state === 'running' &&
        host.machine?.hypervisor.answers === 'yes' &&
        host.path.mode === 'ok' &&
        host.path.latencyS < 1;
      if (!isSound) this.#unsoundS.set(host, nowS);
    }
  }

  #watchFlags(): void {
    const isOn = this.#world.isGlobalMaintenance;
    if (!isOn) this.#global = undefined;
    else this.#global ??= this.#flag();
    for (const host of this.#world.hosts) {
      if (!host.localMaintenance.on) this.#local.delete(host);
      else if (!this.#local.has(host)) this.#local.set(host, this.#flag());
    }
  }

  #flag(): Flag {
    const { hosts, nowS } = this.#world;
    const stoodS = new Map(hosts.map((host) => [host, host.run?.process.stoodStillS ?? 0]));
    return { sinceS: nowS, stoodS };
  }

  /** Seconds for which the daemon of `host` ran while the flag was set. */
  #knownS(flag: Flag, host: SimHost): number {
    const { run } = host;
    if (run === undefined) return 0;
    const since = Math.max(flag.sinceS, run.startedS);
    const stood =
      run.process.stoodStillS - (run.startedS > flag.sinceS ? 0 : (flag.stoodS.get(host) ?? 0));
    return this.#world.nowS - since - stood;
  }

  #asked(host: SimHost, call: AgentCall): void {
    const global = this.#global;
    // To take back a start that has no guest yet is what the flag asks for.
    const takesBack = call === 'destroy' && host.machine?.hypervisor.qemu?.guest === undefined;
    const acts = call !== 'forget' && !takesBack;
    if (global !== undefined && acts && this.#knownS(global, host) > FACT_S) {
      const forS = (this.#world.nowS - global.sinceS).toFixed(1);
      this.#report('S4', [host], `the agent asks for ${call} ${forS} s into global maintenance`);
    }
    const local = this.#local.get(host);
    if (local !== undefined && call === 'start' && this.#knownS(local, host) > FACT_S) {
      const forS = (this.#world.nowS - local.sinceS).toFixed(1);
      this.#report('S5', [host], `the agent asks for a start ${forS} s into local maintenance`);
    }
  }

  /** A start that was parked on the lease when the flag was set must have been cancelled by then. */
  #started(host: SimHost): void {
    const { nowS } = this.#world;
    const soundS = nowS - (this.#unsoundS.get(host) ?? 0);
    const global = this.#global;
    if (global !== undefined && Math.min(nowS - global.sinceS, soundS) > FACT_S) {
      const forS = (nowS - global.sinceS).toFixed(1);
      this.#report('S4', [host], `an agent's start runs ${forS} s into global maintenance`);
    }
    const local = this.#local.get(host);
    if (local !== undefined && Math.min(nowS - local.sinceS, soundS) > FACT_S) {
      const forS = (nowS - local.sinceS).toFixed(1);
      this.#report('S5', [host], `an agent's start runs ${forS} s into local maintenance`);
    }
  }
}
