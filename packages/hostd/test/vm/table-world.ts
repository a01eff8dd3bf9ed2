// A VM table over a hypervisor, a store and a clock in memory, for the tests of its rules.

import assert from 'node:assert/strict';
import type { Log } from '@hosted-engine/ports';
import { ManualClock } from '@hosted-engine/ports/fakes/manual-clock';
import type { VdsmCaller } from '@hosted-engine/vdsm';
import type { ImageRef, PreparedImage } from '../../src/storage/types.js';
import type { VmRecord } from '../../src/vm/vm-record.js';
import type { VmStore } from '../../src/vm/vm-store.js';
import { createVmTable, type VmTable } from '../../src/vm/vm-table.js';
import { FakeVirtDriver } from './fake-virt-driver.js';

export const VM = '11111111-2222-4333-8444-555555555555';
const IMAGE: ImageRef = { sdUUID: 'sd', imgUUID: 'img', volUUID: 'vol' };
export const XML = `<domain type='kvm'><name>engine</name><uuid>${VM}</uuid><features><acpi/></features></domain>`;
const silent: Log = { error() {}, warn() {}, info() {}, debug() {} };

class MemoryStore implements VmStore {
  readonly records = new Map<string, VmRecord>();
  load = async () => [...this.records.values()];
  save = async (record: VmRecord) => {
    this.records.set(record.vmId, record);
  };
  remove = async (vmId: string) => {
    this.records.delete(vmId);
  };
}

export interface World {
  readonly driver: FakeVirtDriver;
  readonly store: MemoryStore;
  readonly clock: ManualClock;
  /** Statuses told as events, with the exit reason of Down. */
  readonly told: string[];
  readonly prepared: string[];
  readonly tornDown: string[];
  /** Verbs that were called on other hosts. */
  readonly peerCalls: string[];
  /** What they answer; a missing verb answers nothing. */
  readonly peerAnswers: Map<string, () => unknown>;
  prepareImage: (image: ImageRef) => Promise<PreparedImage>;
  /** Domains in which sanlock says that this host's id is not held. */
  readonly lostHostIds: Set<string>;
}

export function newWorld(): World {
  const world: World = {
    driver: new FakeVirtDriver(),
    store: new MemoryStore(),
    clock: new ManualClock(),
    told: [],
    prepared: [],
    tornDown: [],
    peerCalls: [],
    peerAnswers: new Map(),
    lostHostIds: new Set(),
    prepareImage: async ({ volUUID }) => {
      world.prepared.push(volUUID);
      return { path: `/images/${volUUID}`, leasePath: `/images/${volUUID}.lease`, leaseOffset: 0 };
    },
  };
  return world;
}

export async function openTable(world: World): Promise<VmTable> {
  const { driver, store, clock } = world;
  const table = createVmTable({
    driver,
    store,
    clock,
    log: silent,
    images: {
      prepareImage: (image) => world.prepareImage(image),
      teardownImage: async ({ volUUID }) => {
        world.tornDown.push(volUUID);
      },
    },
    peers: {
      with: async (address, use) => {
        const caller = {
          call: async (verb: string) => {
            world.peerCalls.push(`${address} ${verb}`);
            return world.peerAnswers.get(verb)?.();
          },
          onEvent: () => () => {},
        };
        return use(caller as unknown as VdsmCaller);
      },
    },
    onMigration: (_vmId, { progress }) => {
      world.told.push(`${progress} %`);
    },
    isHostIdLost: (sdUUID) => world.lostHostIds.has(sdUUID),
    completeXml: async (xml) => xml,
    describe: () => ({ name: 'engine', images: [IMAGE] }),
    onStatus: ({ status, exit }) => {
      world.told.push(exit === undefined ? status : `${status} ${exit.code}/${exit.reason}`);
    },
  });
  const recovering = table.recover();
  await clock.advance(20_000);
  await recovering;
  world.told.length = 0;
  return table;
}

export const NEW = { vmId: VM, name: 'engine', xml: XML, images: [IMAGE], paused: false };

export async function runningVm(): Promise<World & { table: VmTable }> {
  const world = newWorld();
  const table = await openTable(world);
  table.create(NEW);
  await world.clock.advance(0);
  assert.equal(table.get(VM).status, 'Up');
  world.told.length = 0;
  return { ...world, table };
}
