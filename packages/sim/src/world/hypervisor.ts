// The host daemon and QEMU of one host: a start that waits for the lease, a guest that boots, pauses and moves.

import type { DownCause, VmView } from '@hosted-engine/core';
import type { VmCommand } from '@hosted-engine/ports';
import { Guest } from './guest.js';
import type { Machine } from './machine.js';
import { migrate } from './migration.js';
import { DOMAIN } from './sanlock.js';

/** How often the host daemon looks whether a paused guest has a host id left to go on by. */
const HOSTD_LOOKS_S = 5;
const OVERTAKEN = 'another host has had the lease since';

/** QEMU's process. Only `running` and `leaving` execute the guest. */
export interface Qemu {
  phase: 'launching' | 'running' | 'leaving' | 'handing-over' | 'incoming';
  guest: Guest | undefined;
  /** Who asked for it, for the checkers. */
  readonly origin: Origin;
}

export type Origin = 'agent' | 'human' | 'migration';

export class SimHypervisor {
  readonly machine: Machine;
  qemu: Qemu | undefined;
  #dead: { readonly cause: DownCause; readonly detail: string } | undefined;
  #hostd: 'up' | 'down' | 'hung' = 'up';
  #isLibvirtHung = false;
  #late: (() => void)[] = [];
  #isMonitoring = false;
  #shutdownAskedS: number | undefined;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  get hostd(): 'up' | 'down' | 'hung' {
    return this.#hostd;
  }

  get isLibvirtHung(): boolean {
    return this.#isLibvirtHung;
  }

  get isMonitoring(): boolean {
    return this.#isMonitoring;
  }

  /** The guest executes, or could at any moment. */
  get isRunning(): boolean {
    return this.#isStarted && this.qemu?.guest?.hasLease === true;
  }

  get #isStarted(): boolean {
    return this.qemu?.phase === 'running' || this.qemu?.phase === 'leaving';
  }

  get answers(): 'yes' | 'refused' | 'silent' {
    if (this.#hostd === 'down') return 'refused';
    return this.#hostd === 'hung' || this.#isLibvirtHung ? 'silent' : 'yes';
  }

  /** A hung daemon does what it was asked when it goes on, however late. */
  whenHealed(action: () => void): void {
    this.#late.push(action);
  }

  setHostd(state: 'up' | 'down' | 'hung'): void {
    if (state === 'down') {
      this.#dead = undefined;
      this.#isMonitoring = false;
      this.#late = [];
    }
    this.#hostd = state;
    this.#catchUp();
  }

  setLibvirtHung(isHung: boolean): void {
    this.#isLibvirtHung = isHung;
    this.#catchUp();
  }

  #catchUp(): void {
    if (this.answers !== 'yes') return;
    const late = this.#late;
    this.#late = [];
    for (const action of late) action();
  }

  startMonitoring(): void {
    this.#isMonitoring = true;
  }

  view(): VmView {
    const { qemu } = this;
    if (qemu === undefined) {
      return this.#dead === undefined ? { kind: 'absent' } : { kind: 'down', ...this.#dead };
    }
    switch (qemu.phase) {
      case 'launching':
        return { kind: 'waiting' };
      case 'incoming':
        return { kind: 'incoming' };
      case 'leaving':
      case 'handing-over':
        return { kind: 'running', status: 'Migration Source' };
      case 'running': {
        const { guest } = qemu;
        if (guest?.pause !== undefined) {
          return { kind: 'running', status: 'Paused', pause: guest.pause };
        }
        const isAsked = this.#shutdownAskedS !== undefined;
        if (isAsked) return { kind: 'running', status: 'Powering down' };
        return { kind: 'running', status: guest?.isBooted === true ? 'Up' : 'Powering up' };
      }
    }
  }

  /** Idempotent (H2). */
  start(origin: Origin): void {
    if (this.qemu !== undefined) return;
    this.#dead = undefined;
    const { world, host } = this.machine;
    const qemu: Qemu = { phase: 'launching', guest: undefined, origin };
    this.qemu = qemu;
    world.happened({ kind: 'launched', host, origin });
    world.clock.after(world.profile.launchS, () => this.#launch(qemu));
  }

  #launch(qemu: Qemu): void {
    if (!this.#isPresent(qemu)) return;
    const { world, host, path, sanlock } = this.machine;
    if (host.startFault !== undefined) {
      this.end('start-failed', host.startFault);
      return;
    }
    path.operate('read', this.machine, 0.01, (fault) => {
      if (!this.#isPresent(qemu)) return;
      if (fault !== undefined) {
        this.end('start-failed', `cannot access the engine VM's disk: ${fault}`);
        return;
      }
      sanlock.acquire(
        () => this.#isPresent(qemu),
        (result) => {
          if (result.kind === 'refused') {
            this.end('lease-held', `Failed to acquire lock: ${result.why}`);
            return;
          }
          qemu.phase = 'running';
          qemu.guest = new Guest(world.clock, world.trouble, world.profile.bootS);
          world.storage.lastRun = qemu.guest;
          world.happened({ kind: 'guest-started', host, origin: qemu.origin });
          if (world.storage.isFull) this.pauseOnIoError();
        },
      );
    });
  }

  #isPresent(qemu: Qemu): boolean {
    return this.qemu === qemu && !this.machine.isOff;
  }

  command(what: Exclude<VmCommand, 'resume'>): void {
    switch (what) {
      case 'shutdown':
        this.#shutdown();
        return;
      case 'destroy':
        this.#destroy();
        return;
      case 'forget':
        this.#dead = undefined;
    }
  }

  #shutdown(): void {
    const { qemu } = this;
    const { guest } = qemu ?? {};
    if (qemu?.phase !== 'running' || guest === undefined || guest.isHung) return;
    if (guest.pause !== undefined || this.#shutdownAskedS !== undefined) return;
    const { clock } = this.machine.world;
    this.#shutdownAskedS = clock.nowS;
    clock.after(3, () => {
      if (this.#isPresent(qemu) && guest.pause === undefined && !guest.isHung) {
        this.end('shut-down', 'User shut down from within the guest');
      } else this.#shutdownAskedS = undefined;
    });
  }

  #destroy(): void {
    const { host } = this.machine;
    if (this.qemu !== undefined && host.isQemuStuck && this.#isStarted) return;
    if (this.qemu?.phase === 'incoming' || this.qemu?.phase === 'handing-over') return;
    if (this.qemu !== undefined) this.end('shut-down', 'destroyed');
    this.#dead = undefined;
  }

  /**
   * The guest goes on once it has its lease again, which nobody may have had meanwhile. `onEnd` is told why it does
   * not, or nothing; it is not called when the guest ends before that.
   */
  resume(onEnd: (refusal?: string) => void = () => undefined): void {
    const { qemu } = this;
    const guest = qemu?.guest;
    if (qemu === undefined || guest?.pause === undefined) {
      onEnd();
      return;
    }
    const { world, host, sanlock } = this.machine;
    const isWanted = () => this.#isPresent(qemu) && guest.pause !== undefined;
    const refuse = (why: string): void => {
      world.happened({ kind: 'resume-refused', host, why });
      onEnd(why);
    };
    if (world.storage.lastRun !== guest) {
      refuse(OVERTAKEN);
      return;
    }
    sanlock.acquire(isWanted, (result) => {
      if (result.kind === 'refused') refuse(result.why);
      else if (world.storage.lastRun === guest) {
        this.#goOn(guest);
        onEnd();
      } else {
        sanlock.release();
        refuse(OVERTAKEN);
      }
    });
  }

  #goOn(guest: Guest): void {
    const { path, world, host } = this.machine;
    guest.pause = undefined;
    guest.hasLease = true;
    world.happened({ kind: 'guest-resumed', host });
    if (world.storage.isFull || path.mode === 'error' || path.mode === 'read-only') {
      this.pauseOnIoError();
    }
  }

  /** The guest writes all the time: an error pauses it within a second. */
  pauseOnIoError(): void {
    const { world, host } = this.machine;
    world.clock.after(0.5, () => {
      const { guest } = this.qemu ?? {};
      if (guest === undefined || guest.pause !== undefined || this.machine.isOff) return;
      if (this.qemu?.phase === 'incoming') return;
      guest.pause = 'io-error';
      guest.hasLease = false;
      world.happened({ kind: 'guest-paused', host });
      if (!this.machine.sanlock.isDead) this.machine.sanlock.release();
      this.#watchPause(guest);
    });
  }

  /** The host daemon ends a guest that is paused while sanlock says that this host has lost its id. */
  #watchPause(guest: Guest): void {
    const { world, sanlock } = this.machine;
    world.clock.after(HOSTD_LOOKS_S, () => {
      if (this.qemu?.guest !== guest || guest.hasLease || this.machine.isOff) return;
      const isLost = !sanlock.isDead && sanlock.state(DOMAIN) !== 'joined';
      if (isLost && this.answers === 'yes' && !this.machine.host.isQemuStuck) {
        this.end('crashed', 'Paused on an I/O error until its lease was lost');
      } else this.#watchPause(guest);
    });
  }

  migrateTo(hostname: string): void {
    migrate(this, hostname);
  }

  /** A guest comes from another host. */
  receive(): Qemu | undefined {
    if (this.qemu !== undefined || this.answers !== 'yes') return undefined;
    this.#dead = undefined;
    this.qemu = { phase: 'incoming', guest: undefined, origin: 'migration' };
    return this.qemu;
  }

  /** QEMU's process ends; the lease goes back when the storage can be written. */
  end(cause: DownCause, detail: string): void {
    const { qemu } = this;
    if (qemu === undefined) return;
    const hadLease = qemu.guest?.hasLease === true;
    this.qemu = undefined;
    this.#shutdownAskedS = undefined;
    this.#dead = qemu.phase === 'incoming' ? undefined : { cause, detail };
    const { world, host, sanlock } = this.machine;
    if (hadLease && cause !== 'migrated-away' && !sanlock.isDead) sanlock.release();
    world.happened({ kind: 'qemu-ended', host, cause, detail });
  }

  /** sanlock's SIGKILL of who has a lease; false while the process cannot die. */
  killedBySanlock(): boolean {
    const { qemu } = this;
    if (qemu?.guest?.hasLease === false) return true;
    if (qemu === undefined || qemu.phase === 'launching' || qemu.phase === 'incoming') return true;
    if (this.machine.host.isQemuStuck) return false;
    this.end('crashed', 'killed by sanlock: the lease could not be renewed');
    return true;
  }

  powerCut(): void {
    const had = this.#isStarted;
    this.qemu = undefined;
    if (had) this.machine.world.happened({ kind: 'guest-lost', host: this.machine.host });
  }
}
