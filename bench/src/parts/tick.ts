// One tick of the daemon with 250 hosts: the production loop on a clock that is moved by hand, on slots in memory.
// Counted is all the work of two seconds: reading and decoding every slot, the decision, publishing, and the other
// monitors that fall due.

import { setTimeout } from 'node:timers/promises';
import { DEFAULT_WEIGHTS, encodeHostSlot } from '@hosted-engine/core';
import { createDaemon } from '@hosted-engine/ha';
import { type Clock, type Log, SLOT_SIZE } from '@hosted-engine/ports';
import { FaultyStorage } from '@hosted-engine/ports/fakes/faulty-storage';
import { ManualClock } from '@hosted-engine/ports/fakes/manual-clock';
import {
  createMemoryWhiteboard,
  type SharedSlots,
} from '@hosted-engine/ports/fakes/memory-whiteboard';
import type { Figure } from '../figure.js';

const HOSTS = 250;
const TICKS = 200;
/** The first ticks also compile the code. */
const WARM_UP_TICKS = 30;
const TICK_S = 2;
const QUIET: Log = { error() {}, warn() {}, info() {}, debug() {} };
const VM_CONF = 'vmId=11111111-2222-4333-8444-555555555555\nvmName=HostedEngine\nmemSize=4096\n';

export async function measureTick(): Promise<Figure> {
  const clock = new ManualClock();
  const slots: SharedSlots = new Map([[0, new Uint8Array(SLOT_SIZE)]]);
  const life = new AbortController();
  publishAll(slots, clock);
  const running = startDaemon(clock, slots).run(life.signal);
  const values: number[] = [];
  for (let tick = 0; tick < WARM_UP_TICKS + TICKS; tick += 1) {
    publishAll(slots, clock);
    const startedMs = performance.now();
    await clock.advance(TICK_S * 1000);
    if (tick >= WARM_UP_TICKS) values.push(performance.now() - startedMs);
    // Garbage of the simulated hosts is not the daemon's.
    await setTimeout(0);
  }
  life.abort();
  await clock.advance(60_000);
  await running;
  return { name: `tick at ${HOSTS} hosts`, unit: 'ms', values, medianMax: 20 };
}

/** Host 1 is the daemon's; host 2 runs the engine VM; all publish each tick. */
function publishAll(slots: SharedSlots, clock: Clock): void {
  for (let hostId = 2; hostId <= HOSTS; hostId += 1) {
    const hasEngine = hostId === 2;
    const slot = encodeHostSlot({
      hostId,
      timestampS: clock.monotonicS() + hostId,
      timestampWallS: clock.wallMs() / 1000,
      score: 3400 - (hostId % 7),
      engineStatus: hasEngine
        ? { vm: 'up', health: 'good', detail: 'Up' }
        : { vm: 'down', health: 'bad', detail: 'unknown' },
      hostname: `host${hostId}.lab.test`,
      localMaintenance: false,
      stopped: false,
      confOnSharedStorage: true,
      vmConfRefreshS: clock.monotonicS(),
      vmConfRefreshWallS: clock.wallMs() / 1000,
      state: hasEngine ? 'EngineUp' : 'EngineDown',
    });
    slots.set(hostId, slot);
  }
}

function startDaemon(clock: Clock, slots: SharedSlots) {
  const ids = Array.from({ length: HOSTS }, (_, index) => index + 1);
  return createDaemon({
    hostId: 1,
    hostname: 'host1.lab.test',
    bridge: 'ovirtmgmt',
    weights: DEFAULT_WEIGHTS,
    clock,
    log: QUIET,
    hypervisor: {
      vm: async () => ({ view: { kind: 'absent' }, cpuCores: undefined }),
      startVm: async () => undefined,
      command: async () => undefined,
      migrateVm: async () => undefined,
      figures: async () => ({
        memoryFreeMiB: 16_000,
        cpuBusyShare: 0.1,
        cpuCount: 4,
        interfaceUp: new Map([['ovirtmgmt', true]]),
      }),
      storage: async () => ({ valid: true, delayS: 0.01, lastCheckS: 1, acquired: true }),
    },
    whiteboard: createMemoryWhiteboard({ slots, storage: new FaultyStorage(), clock }),
    leaseView: {
      owner: async () => ({ kind: 'held', hostId: 2, generation: 1 }),
      hosts: async () => new Map(ids.map((id) => [id, { state: 'live', generation: 1 }])),
    },
    engineProbe: { check: async () => ({ health: 'good', why: 'DB Up' }) },
    engineService: { restart: async () => undefined },
    networkProbe: { share: async () => 1 },
    journal: { append: () => undefined, close: async () => undefined },
    vmConfCache: { read: async () => VM_CONF, write: async () => undefined },
    startMark: { wasKept: () => false, keep: () => undefined },
    readSharedVmConf: async () => VM_CONF,
    localMaintenance: () => ({ on: false, forced: false }),
    connectStorage: async () => undefined,
    ownsHostId: () => true,
    onTurn: () => undefined,
  });
}
