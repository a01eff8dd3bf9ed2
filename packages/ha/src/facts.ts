import {
  type Fact,
  type Health,
  known,
  type LeaseLook,
  lookAtLease,
  unknown,
  type VmView,
} from '@hosted-engine/core';
import {
  type Clock,
  type EngineProbe,
  HeError,
  type HostFigures,
  type Hypervisor,
  type LeaseView,
  type LockspaceHost,
  type Log,
  type NetworkProbe,
  type StorageReport,
  type VmReport,
  type Whiteboard,
} from '@hosted-engine/ports';
import { createCpuLoad } from './monitors/cpu-load.js';
import { createMonitor, type Monitor } from './monitors/monitor.js';
import { createStorageStall } from './monitors/storage-stall.js';
import { type BoardReading, createSlotReader } from './slots.js';

export interface FactsOptions {
  readonly hypervisor: Hypervisor;
  readonly whiteboard: Whiteboard;
  readonly hostId: number;
  readonly leaseView: LeaseView;
  readonly engineProbe: EngineProbe;
  readonly networkProbe: NetworkProbe;
  readonly clock: Clock;
  readonly log: Log;
  readonly bridge: string;
  /** sanlock's, of the storage domain. */
  readonly ioTimeoutS: number;
  /** Wakes the loop: a fact changed that should not wait for the tick. */
  readonly onChange: () => void;
  /** Called when the host daemon does not watch the storage domain any more. */
  readonly onUnmonitored: () => void;
}

/** Everything measured, as facts with an age. */
export interface Facts {
  vm(): Fact<VmView>;
  health(): Fact<Health>;
  storage(): Fact<boolean>;
  board(): Fact<BoardReading>;
  lease(): Fact<LeaseLook>;
  networkShare(): Fact<number>;
  bridgeUp(): Fact<boolean>;
  memoryFreeMiB(): Fact<number>;
  cpuLoad(): Fact<number>;
  cpuCores(): Fact<number>;
  /** Asks for the VM's state now. */
  refreshVm(): Promise<void>;
  /** Asks anew, also while an answer is under way: it may be older than what was just done to the VM. */
  renewVm(): Promise<void>;
  refreshBoard(): Promise<void>;
  /** The health page is polled only while the guest runs here, the lease only while nobody is known to. */
  want(what: { readonly health: boolean; readonly lease: boolean }): void;
  run(signal: AbortSignal): Promise<void>;
}

/** A storage check slower than this is no healthy domain (ha-daemon.md 3). */
const STORAGE_DELAY_MAX_S = 10;
const STORAGE_CHECK_AGE_MAX_S = 30;

/** Between two looks at the health page (house.md 6): of an engine that is up, and of one that is to be. */
const HEALTH_UP_S = 5;
const HEALTH_S = 2;

/** Why something is not looked at. */
const NOT_HERE = 'the engine VM does not run here';
const NOT_NEEDED = 'not looked at while the engine runs';

export function createFacts(options: FactsOptions): Facts {
  const { hypervisor, whiteboard, hostId, clock, log, onChange } = options;
  const wanted = { health: false, lease: false };
  const cpu = createCpuLoad();
  const stall = createStorageStall(options.ioTimeoutS, log);
  let lastView = '';
  let lastHealth = '';
  let lastBoard = '';

  const vm = createMonitor<VmReport>({
    name: 'VM state',
    clock,
    intervalS: 2,
    maxAgeS: 7,
    poll: () => hypervisor.vm(),
    onResult: ({ view }) => {
      const text = JSON.stringify(view);
      if (text === lastView) return;
      lastView = text;
      onChange();
      // Whoever is to take over must be known, also a host that joined a moment ago.
      slots.scanNext();
      void board.refresh();
    },
  });
  const figures = createMonitor<HostFigures>({
    name: 'host figures',
    clock,
    intervalS: 5,
    maxAgeS: 30,
    poll: () => hypervisor.figures(),
    onResult: (host) => cpu.add(clock.monotonicS(), host, valueIn(vm.fact())),
  });
  const network = createMonitor<number>({
    name: 'network test',
    clock,
    intervalS: 5,
    maxAgeS: 30,
    poll: () => options.networkProbe.share(),
  });
  const health = createMonitor<Fact<Health>>({
    name: 'engine health',
    pausedWhy: NOT_HERE,
    clock,
    intervalS: () => (lastHealth === 'good' ? HEALTH_UP_S : HEALTH_S),
    maxAgeS: 30,
    poll: async () => {
      const verdict = await options.engineProbe.check();
      return verdict.health === 'unknown' ? unknown(verdict.why) : known(verdict.health);
    },
    onResult: (fact) => {
      const text = fact.kind === 'known' ? fact.value : fact.kind;
      if (text !== lastHealth) onChange();
      lastHealth = text;
    },
  });
  const storage = createMonitor<StorageReport>({
    name: 'storage domain',
    clock,
    intervalS: 2,
    maxAgeS: 12,
    poll: async () => {
      const report = await hypervisor.storage();
      if (report !== 'unmonitored') return report;
      options.onUnmonitored();
      throw new HeError('HE_STORAGE_UNREACHABLE', 'the host daemon does not watch the domain yet');
    },
  });
  const members = createMonitor<ReadonlyMap<number, LockspaceHost>>({
    name: 'host ids in the lockspace',
    clock,
    intervalS: 5,
    maxAgeS: 30,
    poll: async () => {
      const hosts = await options.leaseView.hosts();
      if (hosts !== 'unknown') return hosts;
      throw new HeError('HE_STORAGE_UNREACHABLE', 'sanlock does not tell');
    },
  });
  const slots = createSlotReader({
    whiteboard,
    hostId,
    clock,
    log,
    lockspaceIds: () => map(members.fact(), idsIn),
  });
  const board = createMonitor<BoardReading>({
    name: 'whiteboard',
    clock,
    intervalS: 2,
    maxAgeS: 7,
    poll: () => {
      // While nobody runs the engine VM, whoever joined a moment ago may be the one who starts it.
      if (wanted.lease) slots.scanNext();
      return slots.read();
    },
    onResult: ({ slots, globalMaintenance }) => {
      const text = JSON.stringify([
        globalMaintenance,
        slots.peers.map((peer) => [peer.hostId, peer.engine.vm, peer.engine.detail, peer.state]),
      ]);
      if (text !== lastBoard) onChange();
      lastBoard = text;
    },
  });
  const lease = createMonitor<Fact<LeaseLook>>({
    name: 'lease of the engine VM',
    pausedWhy: NOT_NEEDED,
    clock,
    intervalS: 2,
    maxAgeS: 7,
    poll: async () => {
      const owner = await options.leaseView.owner();
      return lookAtLease(
        owner,
        owner.kind === 'held' ? await options.leaseView.hosts() : 'unknown',
      );
    },
  });
  const all: readonly Monitor<unknown>[] = [
    vm,
    figures,
    network,
    health,
    storage,
    members,
    board,
    lease,
  ];

  return {
    vm: () => map(vm.fact(), (report) => report.view),
    health: () => flatten(health.fact()),
    storage: () => {
      stall.look(storage.fact(), clock.monotonicS());
      return map(storage.fact(), isUsable);
    },
    board: () => board.fact(),
    lease: () => flatten(lease.fact()),
    networkShare: () => network.fact(),
    bridgeUp: () => map(figures.fact(), (host) => host.interfaceUp.get(options.bridge) ?? false),
    memoryFreeMiB: () => map(figures.fact(), (host) => host.memoryFreeMiB),
    cpuCores: () => flatten(map(figures.fact(), coresOf)),
    cpuLoad: () => {
      const load = cpu.value(clock.monotonicS());
      const fact = figures.fact();
      return fact.kind === 'known' && load !== undefined
        ? known(load, fact.ageS)
        : unknown('the CPU load was not measured yet');
    },
    refreshVm: () => vm.refresh(),
    renewVm: () => vm.renew(),
    refreshBoard: () => board.refresh(),
    want(what) {
      if (what.health !== wanted.health) {
        wanted.health = what.health;
        // The next engine VM has a health of its own: it may run before the last one's grows old (I5).
        lastHealth = '';
        if (what.health) void health.resume().then(onChange);
        else health.pause(NOT_HERE);
      }
      if (what.lease === wanted.lease) return;
      wanted.lease = what.lease;
      if (what.lease) void lease.resume().then(onChange);
      else lease.pause(NOT_NEEDED);
    },
    async run(signal) {
      await Promise.all(all.map((monitor) => monitor.run(signal)));
    },
  };
}

function isUsable(report: StorageReport): boolean {
  return (
    report.valid &&
    report.acquired &&
    report.delayS <= STORAGE_DELAY_MAX_S &&
    report.lastCheckS <= STORAGE_CHECK_AGE_MAX_S
  );
}

/** Those that hold their id, or did so without giving it back: a slot of theirs may say something. */
function idsIn(hosts: ReadonlyMap<number, LockspaceHost>): readonly number[] {
  return [...hosts].filter(([, host]) => host.state !== 'free').map(([id]) => id);
}

function coresOf({ cpuCount }: HostFigures): Fact<number> {
  return cpuCount === undefined ? unknown('the CPUs were not counted yet') : known(cpuCount);
}

function valueIn<T>(fact: Fact<T>): T | undefined {
  return fact.kind === 'known' ? fact.value : undefined;
}

function map<T, U>(fact: Fact<T>, transform: (value: T) => U): Fact<U> {
  return fact.kind === 'known' ? known(transform(fact.value), fact.ageS) : fact;
}

function flatten<T>(fact: Fact<Fact<T>>): Fact<T> {
  if (fact.kind === 'unknown' || fact.value.kind === 'unknown') {
    return fact.kind === 'unknown' ? fact : unknown((fact.value as { why: string }).why);
  }
  return known(fact.value.value, fact.ageS);
}
