import { setMaxListeners } from 'node:events';
import type { StateName } from '@hosted-engine/core';
import { createDaemon, createHostIdGuard, type Daemon, type TurnSummary } from '@hosted-engine/ha';
import { daemonOptions } from './daemon-ports.js';
import { Machine } from './machine.js';
import { clockOf, HostTime, SimProcess } from './process.js';
import { Random } from './random.js';
import { DOMAIN } from './sanlock.js';
import { StoragePath } from './storage.js';
import type { Timer } from './virtual-clock.js';
import type { World } from './world.js';

/** systemd's WatchdogSec, and its patience until SIGKILL. */
const FROZEN_MAX_S = 30 + 90;
/** How long the firmware takes after a reset. */
const RESET_S = 40;
/** How often systemd looks whether the last run is gone: one that was killed in the midst of a write waits for it. */
const GONE_POLL_S = 0.1;

/** One run of the HA daemon. */
export interface Run {
  readonly process: SimProcess;
  readonly daemon: Daemon;
  readonly life: AbortController;
  readonly startedS: number;
  /** It was told to end. */
  isStopping: boolean;
}

/** A simulated host. Its settings and its files outlive a power cut. */
export class SimHost {
  readonly world: World;
  /** Its number in faults, from 1. */
  readonly index: number;
  readonly hostId: number;
  readonly name: string;
  readonly random: Random;
  readonly path: StoragePath;
  /** A boot begins its monotonic clock anew. */
  time: HostTime;
  machine: Machine | undefined;
  run: Run | undefined;
  turn: TurnSummary | undefined;
  isEnabled = true;
  localMaintenance = { on: false, forced: false };
  hasUplink = true;
  networkMode: 'ok' | 'cut' | 'one-way' = 'ok';
  isBridgeUp = true;
  memoryFreeMiB = 16_000;
  cpuLoad = 0.1;
  startFault: string | undefined;
  isQemuStuck = false;
  hasWatchdog = true;
  watchdogLateS = 0;
  isConfigStale = false;
  /** Slots that its daemons read so far. */
  slotsRead = 0;
  /** Which writer its slots look like. */
  slotVersion: string | undefined;
  #lastProcess: SimProcess | undefined;
  #restart: Timer | undefined;
  #boot: Timer | undefined;

  constructor(world: World, index: number, hostId: number, name: string) {
    this.world = world;
    this.index = index;
    this.hostId = hostId;
    this.name = name;
    this.random = new Random(world.seed, name);
    this.path = new StoragePath(world.clock);
    this.time = new HostTime(
      world.clock,
      this.random.between(100, 1_000_000),
      1_790_000_000 + this.random.between(-3600, 3600),
    );
  }

  /** It was reset and comes on by itself. */
  get isBooting(): boolean {
    return this.#boot !== undefined;
  }

  get isPowered(): boolean {
    return this.machine !== undefined;
  }

  /** Others can reach it. */
  get hasNetwork(): boolean {
    return this.networkMode === 'ok' && this.isPowered;
  }

  get stateName(): StateName | undefined {
    return this.run === undefined ? undefined : this.turn?.machine.name;
  }

  powerOn(daemonInS: number): void {
    if (this.isPowered) return;
    this.#boot?.cancel();
    this.#boot = undefined;
    const wallS = this.time.wallMs() / 1000 - this.world.nowS;
    this.time = new HostTime(this.world.clock, this.random.between(5, 30), wallS);
    const machine = new Machine(this.world, this);
    this.machine = machine;
    this.world.happened({ kind: 'powered', host: this, on: true, why: '' });
    if (this.isEnabled) this.#startLater(daemonInS, machine);
  }

  powerOff(why: string): void {
    this.#boot?.cancel();
    this.#boot = undefined;
    const { machine } = this;
    if (machine === undefined) return;
    this.#endRun();
    this.#restart?.cancel();
    this.machine = undefined;
    machine.off();
    this.world.happened({ kind: 'powered', host: this, on: false, why });
  }

  /** In good order: the daemon says good-bye, the guest is shut down, sanlock leaves its lockspaces. */
  shutDown(): void {
    const { machine, run, world } = this;
    if (machine === undefined) return;
    world.happened({ kind: 'daemon', host: this, what: 'stopped by the shutdown of the host' });
    run?.process.deliver(() => run.life.abort());
    machine.hypervisor.command('shutdown');
    world.clock.after(6, () => {
      if (this.machine !== machine) return;
      machine.hypervisor.end('shut-down', 'the host shuts down');
      machine.sanlock.leaveAll();
      world.clock.after(1, () => {
        if (this.machine === machine) this.powerOff('shut down');
      });
    });
  }

  /** Off, and on by itself. */
  reset(why: string, forS = RESET_S): void {
    this.powerOff(why);
    this.#boot = this.world.clock.after(forS, () => this.powerOn(this.world.profile.hostBootS));
  }

  startDaemon(): void {
    this.isEnabled = true;
    this.#restart?.cancel();
    const { machine, world } = this;
    if (machine === undefined || this.run !== undefined) return;
    if (this.#lastProcess !== undefined && this.path.isBusyFor(this.#lastProcess)) {
      this.#startLater(GONE_POLL_S, machine);
      return;
    }
    const process = new SimProcess(world.clock);
    this.#lastProcess = process;
    const clock = clockOf(world.clock, this.time, process);
    const life = new AbortController();
    // Each of the daemon's loops listens.
    setMaxListeners(0, life.signal);
    const options = daemonOptions(this, machine, process, clock);
    const guard = createHostIdGuard({
      lockspaces: options.lockspaces,
      hostId: this.hostId,
      domain: DOMAIN,
      ioTimeoutS: world.profile.ioTimeoutS,
      path: () => (machine.isConnected ? 'lockspace' : undefined),
      clock,
      log: options.log,
    });
    const daemon = createDaemon({ ...options, ownsHostId: () => guard.owned() });
    const run: Run = { process, daemon, life, startedS: world.clock.nowS, isStopping: false };
    this.run = run;
    world.happened({ kind: 'daemon', host: this, what: 'started' });
    world.clock.touch();
    Promise.all([daemon.run(life.signal), guard.run(life.signal)]).then(
      () => this.#ended(run, 'ended'),
      (error: unknown) => {
        world.violated('crash', [this], `the daemon failed: ${String(error)}`);
        this.#ended(run, 'failed');
      },
    );
  }

  /** SIGTERM: it says good-bye, and stays away. */
  stopDaemon(): void {
    this.isEnabled = false;
    this.#restart?.cancel();
    const { run } = this;
    if (run === undefined) return;
    run.isStopping = true;
    run.process.deliver(() => run.life.abort());
  }

  /** SIGKILL: systemd starts it again. */
  killDaemon(why: string): void {
    const { machine } = this;
    if (machine === undefined || this.run === undefined) return;
    this.#endRun();
    this.world.happened({ kind: 'daemon', host: this, what: why });
    if (this.isEnabled) this.#startLater(this.world.profile.daemonRestartS, machine);
  }

  /** SIGKILL, and systemd cannot start it again. */
  breakDaemon(): void {
    this.isEnabled = false;
    this.killDaemon('killed, and does not start any more');
  }

  freezeDaemon(seconds: number): void {
    const { run, world } = this;
    if (run === undefined || run.process.state !== 'running') return;
    run.process.freeze();
    world.happened({ kind: 'daemon', host: this, what: `stands still for ${seconds} s` });
    if (seconds > FROZEN_MAX_S) {
      world.clock.after(FROZEN_MAX_S, () => {
        if (this.run === run) this.killDaemon('killed by the watchdog of systemd');
      });
      return;
    }
    world.clock.after(seconds, () => {
      if (this.run !== run) return;
      world.happened({ kind: 'daemon', host: this, what: 'goes on' });
      run.process.thaw();
    });
  }

  #startLater(seconds: number, machine: Machine): void {
    this.#restart = this.world.clock.after(seconds, () => {
      if (this.machine === machine && this.isEnabled) this.startDaemon();
    });
  }

  #ended(run: Run, what: string): void {
    if (this.run !== run) return;
    this.#endRun();
    this.world.happened({ kind: 'daemon', host: this, what });
    // As with systemd: a start that was asked for while it stopped follows.
    if (run.isStopping && this.isEnabled) this.startDaemon();
  }

  #endRun(): void {
    this.run?.process.kill();
    this.run = undefined;
  }
}
