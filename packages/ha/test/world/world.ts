// A small world for the daemon's own loop: hosts, one whiteboard, one lease with sanlock's timing.

import type { DownCause, JournalEntry, VmView } from '@hosted-engine/core';
import { DEFAULT_WEIGHTS } from '@hosted-engine/core';
import type {
  Clock,
  EngineVerdict,
  Hypervisor,
  LeaseOwner,
  LockspaceHost,
  LogFields,
  NotificationChannel,
  VmCommand,
  VmReport,
  Whiteboard,
} from '@hosted-engine/ports';
import { FaultyStorage } from '@hosted-engine/ports/fakes/faulty-storage';
import { ManualClock } from '@hosted-engine/ports/fakes/manual-clock';
import {
  createMemoryWhiteboard,
  type SharedSlots,
} from '@hosted-engine/ports/fakes/memory-whiteboard';
import { createDaemon, type Daemon } from '../../src/daemon.js';

/** io_timeout 1 and the watchdog's 60 s. */
export const FAIL_S = 8;
export const DEAD_S = 68;
export const BOOT_S = 10;

export class World {
  readonly clock = new ManualClock();
  readonly slots: SharedSlots = new Map();
  readonly hosts: Host[];
  leaseOwner: number | undefined;
  starts = 0;
  migrations = 0;
  migrationsFail = false;
  serviceRestarts = 0;
  serviceUp = true;
  networkUp = true;

  constructor(count: number) {
    this.hosts = Array.from({ length: count }, (_, index) => new Host(this, index + 1));
  }

  host(id: number): Host {
    const found = this.hosts[id - 1];
    if (found === undefined) throw new Error(`no host ${id}`);
    return found;
  }

  async pass(seconds: number): Promise<void> {
    await this.clock.advance(seconds * 1000);
  }

  /** Hosts whose guest runs: more than one is the end of the world. */
  running(): number[] {
    return this.hosts.filter((host) => host.vm.kind === 'running').map((host) => host.id);
  }

  async end(): Promise<void> {
    for (const host of this.hosts) host.stopDaemon();
    await this.pass(30);
  }
}

export class Host {
  readonly id: number;
  readonly clock: Clock;
  readonly storage = new FaultyStorage();
  readonly log: string[] = [];
  readonly journal: JournalEntry[] = [];
  vm: VmView = { kind: 'absent' };
  powered = true;
  storageUp = true;
  hypervisorUp = true;
  localMaintenance = false;
  notifications: readonly NotificationChannel[] = [];
  hostIdProblem: string | undefined;
  startMarked = false;
  networkUp = true;
  renewedS = 0;
  startFault: string | undefined;
  #bootedS = 0;
  #life: AbortController | undefined;
  daemon: Daemon | undefined;
  readonly #world: World;

  constructor(world: World, id: number) {
    this.#world = world;
    this.id = id;
    // Each host's clock stands elsewhere, as on real ones.
    this.clock = shifted(world.clock, id * 100_000);
    void this.#renew();
  }

  startDaemon(): void {
    const life = new AbortController();
    this.#life = life;
    this.daemon = createDaemon({
      hostId: this.id,
      hostname: `host${this.id}`,
      bridge: 'ovirtmgmt',
      weights: DEFAULT_WEIGHTS,
      clock: this.clock,
      log: {
        error: (text) => this.#note('error', text),
        warn: (text) => this.#note('warn', text),
        info: (text) => this.#note('info', text),
        debug: (_text: string, _fields?: LogFields) => undefined,
      },
      hypervisor: this.hypervisor(),
      whiteboard: this.#whiteboard(),
      leaseView: { owner: async () => this.#owner(), hosts: async () => this.#hosts() },
      engineProbe: { check: async () => this.#health() },
      networkProbe: { share: async () => (this.#world.networkUp && this.networkUp ? 1 : 0) },
      journal: { append: (entry) => this.journal.push(entry), close: async () => undefined },
      vmConfCache: { read: async () => VM_CONF, write: async () => undefined },
      readSharedVmConf: async () => this.#throughStorage(() => VM_CONF),
      startMark: {
        wasKept: () => this.startMarked,
        keep: (isUnderWay) => {
          if (!this.muted) this.startMarked = isUnderWay;
        },
      },
      engineService: {
        restart: async () => {
          this.#world.serviceRestarts += 1;
        },
      },
      localMaintenance: () => ({ on: this.localMaintenance, forced: false }),
      connectStorage: async () => this.#throughStorage(() => undefined),
      ownsHostId: () => true,
      hostIdProblem: () => this.hostIdProblem,
      notifications: this.notifications,
      ioTimeoutS: 1,
      onTurn: () => undefined,
    });
    void this.daemon.run(life.signal);
  }

  stopDaemon(): void {
    this.#life?.abort();
    this.#life = undefined;
  }

  /** SIGKILL of the daemon: no good-bye. */
  killDaemon(): void {
    this.muted = true;
    this.#life?.abort();
    this.#life = undefined;
  }
  muted = false;

  reviveDaemon(): void {
    this.muted = false;
    this.startDaemon();
  }

  powerOff(): void {
    this.killDaemon();
    this.powered = false;
    this.vm = { kind: 'absent' };
    this.startMarked = false;
  }

  guestDies(cause: DownCause): void {
    this.vm = { kind: 'down', cause, detail: cause };
    if (this.#world.leaseOwner === this.id) this.#world.leaseOwner = undefined;
  }

  #note(level: string, text: string): void {
    this.log.push(`${this.#world.clock.monotonicS().toFixed(1)} host${this.id} ${level} ${text}`);
  }

  async #renew(): Promise<void> {
    for (;;) {
      if (this.powered && this.storageUp) this.renewedS = this.#world.clock.monotonicS();
      await this.#world.clock.sleep(2000);
      const silentS = this.#world.clock.monotonicS() - this.renewedS;
      // sanlock kills what holds a lease that it cannot renew (I2).
      if (this.powered && silentS > FAIL_S + 2 && this.vm.kind === 'running') {
        this.vm = { kind: 'down', cause: 'crashed', detail: 'killed by sanlock' };
      }
    }
  }

  /** A hung storage answers late or never: the caller's own deadline ends the wait. */
  async #throughStorage<T>(answer: () => T): Promise<T> {
    if (this.powered && this.storageUp) return answer();
    await this.#world.clock.sleep(5000);
    throw new Error('storage does not answer');
  }

  hangStorage(): void {
    this.storageUp = false;
    this.storage.hang();
  }

  healStorage(): void {
    this.storageUp = true;
    this.storage.heal();
  }

  #whiteboard(): Whiteboard {
    const board = createMemoryWhiteboard({
      slots: this.#world.slots,
      storage: this.storage,
      clock: this.clock,
    });
    return {
      ...board,
      // A killed daemon says no good-bye: its loop's last write goes nowhere.
      writeSlot: async (id, bytes) => (this.muted ? undefined : board.writeSlot(id, bytes)),
    };
  }

  hypervisor(): Hypervisor {
    const answer = async <T>(make: () => T): Promise<T> => {
      if (!this.hypervisorUp || !this.powered) throw new Error('the host daemon does not answer');
      return make();
    };
    return {
      vm: () => answer((): VmReport => ({ view: this.vm, cpuCores: 0 })),
      startVm: () => answer(() => void this.#start()),
      command: (what) => answer(() => this.#command(what)),
      migrateVm: (to) => answer(() => void this.#migrate(to)),
      figures: () =>
        answer(() => ({
          memoryFreeMiB: 16_000,
          cpuBusyShare: 0.1,
          cpuCount: 4,
          interfaceUp: new Map([['ovirtmgmt', true]]),
        })),
      storage: () =>
        answer(() => ({
          valid: this.storageUp,
          delayS: 0.01,
          lastCheckS: 1,
          acquired:
            this.hostIdProblem === undefined &&
            this.#world.clock.monotonicS() - this.renewedS < FAIL_S + 2,
        })),
    };
  }

  async #start(): Promise<void> {
    if (this.vm.kind === 'running' || this.vm.kind === 'waiting') return;
    this.vm = { kind: 'waiting' };
    this.#world.starts += 1;
    for (;;) {
      await this.#world.clock.sleep(500);
      if (!this.powered || this.vm.kind !== 'waiting') return;
      if (this.startFault !== undefined) {
        this.vm = { kind: 'down', cause: 'start-failed', detail: this.startFault };
        return;
      }
      const owner = this.#world.leaseOwner;
      const state = owner === undefined ? 'dead' : this.#stateOf(owner);
      if (owner === undefined || owner === this.id || state === 'dead') {
        this.#world.leaseOwner = this.id;
        this.vm = { kind: 'running', status: 'Up' };
        this.#bootedS = this.#world.clock.monotonicS() + BOOT_S;
        return;
      }
      if (state === 'live') {
        this.vm = { kind: 'down', cause: 'lease-held', detail: 'held by another host' };
        return;
      }
    }
  }

  #command(what: VmCommand): void {
    switch (what) {
      case 'shutdown':
        if (this.vm.kind === 'running') this.guestDies('shut-down');
        return;
      case 'destroy':
        this.#remove();
        return;
      case 'forget':
        if (this.vm.kind === 'down') this.#remove();
        return;
      case 'resume':
        if (this.vm.kind === 'running') this.vm = { kind: 'running', status: 'Up' };
    }
  }

  /** Takes two seconds; the lease goes with the guest. */
  async #migrate(toHostname: string): Promise<void> {
    if (this.vm.kind !== 'running' || this.vm.status === 'Migration Source') return;
    const target = this.#world.hosts.find((host) => `host${host.id}` === toHostname);
    this.vm = { kind: 'running', status: 'Migration Source' };
    if (target !== undefined) target.vm = { kind: 'incoming' };
    await this.#world.clock.sleep(2000);
    if (this.vm.kind !== 'running') return;
    if (target === undefined || !target.powered || this.#world.migrationsFail) {
      if (target?.vm.kind === 'incoming') target.vm = { kind: 'absent' };
      this.vm = { kind: 'running', status: 'Up' };
      return;
    }
    this.#world.migrations += 1;
    this.#world.leaseOwner = target.id;
    target.vm = { kind: 'running', status: 'Up' };
    target.#bootedS = this.#bootedS;
    this.vm = { kind: 'down', cause: 'migrated-away', detail: 'Migration succeeded' };
  }

  #remove(): void {
    if (this.#world.leaseOwner === this.id && this.vm.kind === 'running') {
      this.#world.leaseOwner = undefined;
    }
    this.vm = { kind: 'absent' };
  }

  #stateOf(id: number): LockspaceHost['state'] {
    const silentS = this.#world.clock.monotonicS() - this.#world.host(id).renewedS;
    if (silentS <= FAIL_S) return 'live';
    return silentS <= DEAD_S ? 'fail' : 'dead';
  }

  #owner(): LeaseOwner {
    if (!this.storageUp) return { kind: 'unknown', why: 'storage does not answer' };
    const owner = this.#world.leaseOwner;
    return owner === undefined ? { kind: 'free' } : { kind: 'held', hostId: owner, generation: 1 };
  }

  #hosts(): ReadonlyMap<number, LockspaceHost> | 'unknown' {
    if (!this.storageUp) return 'unknown';
    return new Map(
      this.#world.hosts.map((host) => [host.id, { state: this.#stateOf(host.id), generation: 1 }]),
    );
  }

  #health(): EngineVerdict {
    const runner = this.#world.running()[0];
    const booted =
      runner !== undefined &&
      this.#world.serviceUp &&
      this.#world.clock.monotonicS() >= this.#world.host(runner).#bootedS;
    return booted ? { health: 'good', why: 'DB Up' } : { health: 'bad', why: 'no answer' };
  }
}

const VM_CONF = 'vmId=11111111-2222-4333-8444-555555555555\nvmName=HostedEngine\nmemSize=4096\n';

/** The same time, standing elsewhere. */
function shifted(clock: Clock, offsetS: number): Clock {
  return {
    monotonicS: () => clock.monotonicS() + offsetS,
    wallMs: () => clock.wallMs(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
  };
}
