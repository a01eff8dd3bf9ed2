// Rules T1 to T5 of src/vm/vm-table.ts, and the exit reasons of vdsm.md A6, over a hypervisor in
// memory that passes the port's contract.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Log, VirtError } from '@hosted-engine/ports';
import { ManualClock } from '@hosted-engine/ports/fakes/manual-clock';
import { isVdsmError } from '@hosted-engine/vdsm';
import type { ImageRef, PreparedImage } from '../../src/storage/types.js';
import type { VmRecord } from '../../src/vm/vm-record.js';
import type { VmStore } from '../../src/vm/vm-store.js';
import { createVmTable, type VmTable } from '../../src/vm/vm-table.js';
import { FakeVirtDriver } from './fake-virt-driver.js';

const VM = '11111111-2222-4333-8444-555555555555';
const IMAGE: ImageRef = { sdUUID: 'sd', imgUUID: 'img', volUUID: 'vol' };
const XML = `<domain type='kvm'><name>engine</name><uuid>${VM}</uuid><features><acpi/></features></domain>`;
const HELD = new VirtError('lease-held', 'Failed to acquire lock: Lease is held by another host');
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

interface World {
  readonly driver: FakeVirtDriver;
  readonly store: MemoryStore;
  readonly clock: ManualClock;
  /** Statuses told as events, with the exit reason of Down. */
  readonly told: string[];
  readonly prepared: string[];
  readonly tornDown: string[];
  prepareImage: (image: ImageRef) => Promise<PreparedImage>;
}

function newWorld(): World {
  const world: World = {
    driver: new FakeVirtDriver(),
    store: new MemoryStore(),
    clock: new ManualClock(),
    told: [],
    prepared: [],
    tornDown: [],
    prepareImage: async ({ volUUID }) => {
      world.prepared.push(volUUID);
      return { path: `/images/${volUUID}`, leasePath: `/images/${volUUID}.lease`, leaseOffset: 0 };
    },
  };
  return world;
}

async function openTable(world: World): Promise<VmTable> {
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

const NEW = { vmId: VM, name: 'engine', xml: XML, images: [IMAGE], paused: false };

async function runningVm(): Promise<World & { table: VmTable }> {
  const world = newWorld();
  const table = await openTable(world);
  table.create(NEW);
  await world.clock.advance(0);
  assert.equal(table.get(VM).status, 'Up');
  world.told.length = 0;
  return { ...world, table };
}

describe('start', () => {
  it('is asynchronous: WaitForLaunch at once, then Powering up and Up', async () => {
    const world = newWorld();
    const table = await openTable(world);
    assert.equal(table.create(NEW).status, 'WaitForLaunch');
    await world.clock.advance(0);
    assert.deepEqual(world.told, ['WaitForLaunch', 'Powering up', 'Up']);
    assert.deepEqual([world.prepared, world.tornDown], [['vol'], []]);
    assert.equal(table.sighting(VM)?.view.state, 'running');
  });

  it('T3: a failed one is Down 1/1 with the hypervisor’s text, listed, its images taken down', async () => {
    const world = newWorld();
    const table = await openTable(world);
    world.driver.refusals.set('engine', HELD);
    table.create(NEW);
    await world.clock.advance(0);
    assert.deepEqual(world.told, ['WaitForLaunch', 'Down 1/1']);
    assert.equal(table.get(VM).exit?.message, HELD.message);
    assert.deepEqual(world.tornDown, ['vol']);
    assert.throws(
      () => table.create(NEW),
      (error) => isVdsmError(error, 4),
    );
    await table.destroy(VM);
    assert.throws(
      () => table.get(VM),
      (error) => isVdsmError(error, 1),
    );
    assert.equal(world.store.records.size, 0);
  });

  it('an image that cannot be prepared fails it, too', async () => {
    const world = newWorld();
    world.prepareImage = () => Promise.reject(new Error('no such volume'));
    const table = await openTable(world);
    table.create(NEW);
    await world.clock.advance(0);
    assert.equal(table.get(VM).exit?.message, 'no such volume');
    assert.deepEqual(world.driver.commands, []);
  });

  it('T2: stays WaitForLaunch while parked on the lease, and blocks nothing', async () => {
    const world = newWorld();
    const table = await openTable(world);
    world.driver.parking.add('engine');
    table.create(NEW);
    await world.clock.advance(60_000);
    assert.equal(table.get(VM).status, 'WaitForLaunch');
    const other = { ...NEW, vmId: VM.replace('1', '9'), name: 'other' };
    table.create({ ...other, xml: XML.replace(VM, other.vmId) });
    await world.clock.advance(0);
    assert.equal(table.get(other.vmId).status, 'Up');
    world.driver.unpark(VM);
    await world.clock.advance(0);
    assert.equal(table.get(VM).status, 'Up');
  });

  it('a parked one that loses the lease is Down with that reason', async () => {
    const world = newWorld();
    const table = await openTable(world);
    world.driver.parking.add('engine');
    table.create(NEW);
    await world.clock.advance(1000);
    world.driver.unpark(VM, HELD);
    await world.clock.advance(0);
    assert.equal(table.get(VM).exit?.message, HELD.message);
  });

  it('destroy cancels a parked one and takes it off the list', async () => {
    const world = newWorld();
    const table = await openTable(world);
    world.driver.parking.add('engine');
    table.create(NEW);
    await world.clock.advance(1000);
    await table.destroy(VM);
    await world.clock.advance(0);
    assert.deepEqual(world.told.slice(-1), ['Down 0/10']);
    assert.deepEqual([table.all(), world.tornDown, world.store.records.size], [[], ['vol'], 0]);
  });

  it('destroy while an image is still being prepared: nothing is started later', async () => {
    const world = newWorld();
    const table = await openTable(world);
    let finish: () => void = () => {};
    const { prepareImage } = world;
    world.prepareImage = async (image) => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return prepareImage(image);
    };
    table.create(NEW);
    await world.clock.advance(0);
    await table.destroy(VM);
    assert.throws(
      () => table.create(NEW),
      (error) => isVdsmError(error, 4),
    );
    finish();
    await world.clock.advance(0);
    await assert.rejects(world.driver.inspect(VM));
    assert.deepEqual([table.all(), world.tornDown], [[], ['vol']]);
    world.prepareImage = prepareImage;
    table.create(NEW);
    await world.clock.advance(0);
    assert.equal(table.get(VM).status, 'Up');
  });

  it('T1, T5: when libvirt went away meanwhile, its list decides', async () => {
    const world = newWorld();
    const table = await openTable(world);
    world.driver.refusals.set('engine', new VirtError('unreachable', 'client socket is closed'));
    table.create(NEW);
    world.driver.addInheritedStart(NEW);
    await world.clock.advance(60_000);
    assert.equal(table.get(VM).status, 'WaitForLaunch');
    world.driver.unpark(VM);
    await world.clock.advance(6000);
    assert.equal(table.get(VM).status, 'Up');
  });
});

describe('exit reasons', () => {
  it('guest powered itself off: 0/7', async () => {
    const { driver, table, told, tornDown } = await runningVm();
    driver.end(VM, 'shutdown', { kind: 'shutdown', vmId: VM, by: 'guest' });
    assert.deepEqual(told, ['Powering down', 'Down 0/7']);
    assert.equal(table.get(VM).status, 'Down');
    await Promise.resolve();
    assert.deepEqual(tornDown, ['vol']);
  });

  it('shut down by VM.shutdown: 0/6', async () => {
    const { driver, table, told } = await runningVm();
    table.shutdown(VM, { reboot: false, timeoutMs: 60_000, force: false });
    driver.end(VM, 'shutdown', { kind: 'shutdown', vmId: VM, by: 'guest' });
    assert.deepEqual(told, ['Powering down', 'Down 0/6']);
  });

  it('QEMU killed: 1/2', async () => {
    const { driver, told } = await runningVm();
    driver.end(VM, 'failed');
    assert.deepEqual(told, ['Down 1/2']);
  });

  it('QEMU told to end by the host, as sanlock does when a lease is lost: 1/11', async () => {
    const { driver, told } = await runningVm();
    driver.end(VM, 'shutdown', { kind: 'shutdown', vmId: VM, by: 'host' });
    assert.deepEqual(told, ['Powering down', 'Down 1/11']);
  });

  it('destroyed behind our back: 1/2; migrated: 0/4', async () => {
    const first = await runningVm();
    first.driver.end(VM, 'destroyed');
    assert.deepEqual(first.told, ['Down 1/2']);
    const second = await runningVm();
    second.driver.end(VM, 'migrated');
    assert.deepEqual(second.told, ['Down 0/4']);
  });

  it('VM.destroy: 0/6, and gone from the list', async () => {
    const { table, told, tornDown, clock } = await runningVm();
    await table.destroy(VM);
    await clock.advance(0);
    assert.deepEqual([told, table.all(), tornDown], [['Down 0/6'], [], ['vol']]);
  });
});

describe('pause', () => {
  it('by an I/O error carries its code until it resumes', async () => {
    const { driver, table } = await runningVm();
    driver.emit({ kind: 'io-error', vmId: VM, device: 'virtio-disk0', reason: 'enospc' });
    driver.emit({ kind: 'paused', vmId: VM, reason: 'io-error' });
    assert.deepEqual([table.get(VM).status, table.get(VM).pauseCode], ['Paused', 'ENOSPC']);
    driver.emit({ kind: 'resumed', vmId: VM });
    assert.deepEqual([table.get(VM).status, table.get(VM).pauseCode], ['Up', 'NOERR']);
  });
});

describe('shutdown chain', () => {
  it('presses the button again while the guest does not react, and pulls the plug with force', async () => {
    const { driver, table, clock, told } = await runningVm();
    table.shutdown(VM, { reboot: false, timeoutMs: 12_000, force: true });
    await clock.advance(11_000);
    assert.deepEqual(driver.commands, ['shutdown-acpi', 'shutdown-acpi', 'shutdown-acpi']);
    await clock.advance(2000);
    assert.equal(driver.commands.at(-1), 'destroy');
    assert.deepEqual(told, ['Powering down', 'Down 0/6']);
  });

  it('without force gives up: the VM is Up again', async () => {
    const { table, clock, told } = await runningVm();
    table.shutdown(VM, { reboot: false, timeoutMs: 4000, force: false });
    await clock.advance(5000);
    assert.deepEqual([told, table.get(VM).intent], [['Powering down', 'Up'], 'none']);
  });

  it('ends with the VM', async () => {
    const { driver, table, clock } = await runningVm();
    table.shutdown(VM, { reboot: false, timeoutMs: 60_000, force: true });
    await clock.advance(1000);
    driver.end(VM, 'shutdown');
    await clock.advance(60_000);
    assert.deepEqual(driver.commands, ['shutdown-acpi']);
  });

  it('is refused for a VM that is Down, or that cannot be asked', async () => {
    const { driver, table } = await runningVm();
    driver.end(VM, 'failed');
    const options = { reboot: false, timeoutMs: 1000, force: false };
    assert.throws(
      () => table.shutdown(VM, options),
      (error) => isVdsmError(error, 1),
    );
    const deaf = newWorld();
    const second = await openTable(deaf);
    second.create({ ...NEW, xml: XML.replace('<acpi/>', '') });
    await deaf.clock.advance(0);
    assert.throws(
      () => second.shutdown(VM, options),
      (error) => isVdsmError(error, 4),
    );
  });
});

describe('T1: a connection that is lost', () => {
  it('changes nothing, and what ended meanwhile is found afterwards', async () => {
    const { driver, table, clock, told } = await runningVm();
    driver.setUp(false);
    await clock.advance(60_000);
    assert.deepEqual([told, table.get(VM).status, table.isConnected()], [[], 'Up', false]);
    driver.vanish(VM);
    driver.setUp(true);
    await clock.advance(2000);
    assert.deepEqual(told, ['Down 1/9']);
  });

  it('a look that finds a VM gone waits for the event that tells why', async () => {
    const { driver, table, clock, told } = await runningVm();
    driver.vanish(VM);
    const looking = table.look(VM);
    await clock.advance(500);
    assert.deepEqual(told, []);
    driver.emit({ kind: 'stopped', vmId: VM, cause: 'failed' });
    await clock.advance(1000);
    await looking;
    assert.deepEqual(told, ['Down 1/2']);
  });

  it('a VM that is still there stays Up', async () => {
    const { driver, clock, told } = await runningVm();
    driver.setUp(false);
    driver.setUp(true);
    await clock.advance(10_000);
    assert.deepEqual(told, []);
  });
});

describe('T4: a restart of the daemon', () => {
  it('finds its VMs running, and adopts others', async () => {
    const before = await runningVm();
    before.table.close();
    const other = { ...NEW, vmId: VM.replace('1', '9'), name: 'other' };
    before.driver.addRunning({ ...other, xml: XML.replace(VM, other.vmId) });
    const table = await openTable(before);
    assert.deepEqual(
      table.all().map(({ status }) => status),
      ['Up', 'Up'],
    );
    before.driver.end(VM, 'shutdown');
    assert.equal(table.get(VM).exit?.reason, 7);
  });

  it('finds that a VM has vanished, and takes its images down', async () => {
    const before = await runningVm();
    before.table.close();
    before.driver.vanish(VM);
    const table = await openTable(before);
    assert.deepEqual([table.get(VM).status, table.get(VM).exit?.reason], ['Down', 9]);
    assert.deepEqual(before.tornDown, ['vol']);
  });

  it('still knows that a shutdown had been asked for', async () => {
    const before = await runningVm();
    before.table.shutdown(VM, { reboot: false, timeoutMs: 60_000, force: false });
    before.table.close();
    before.driver.vanish(VM);
    const table = await openTable(before);
    assert.equal(table.get(VM).exit?.reason, 6);
  });

  it('serves with what it knows when the hypervisor does not answer', async () => {
    const before = await runningVm();
    before.table.close();
    before.driver.setUp(false);
    const table = await openTable(before);
    assert.equal(table.get(VM).status, 'Up');
  });

  it('T5: waits for a start that the earlier process began, without looking it up', async () => {
    const world = newWorld();
    const first = await openTable(world);
    world.driver.parking.add('engine');
    first.create(NEW);
    await world.clock.advance(1000);
    first.close();
    const { store } = world;
    const driver = new FakeVirtDriver();
    driver.addInheritedStart(NEW);
    const second: World = { ...world, driver, store, told: [] };
    const table = await openTable(second);
    await world.clock.advance(30_000);
    assert.equal(table.get(VM).status, 'WaitForLaunch');
    driver.unpark(VM);
    await world.clock.advance(6000);
    assert.equal(table.get(VM).status, 'Up');
  });

  it('T5: can cancel such a start', async () => {
    const world = newWorld();
    const first = await openTable(world);
    world.driver.parking.add('engine');
    first.create(NEW);
    await world.clock.advance(1000);
    first.close();
    const driver = new FakeVirtDriver();
    driver.addInheritedStart(NEW);
    const table = await openTable({ ...world, driver });
    await table.destroy(VM);
    await world.clock.advance(6000);
    assert.deepEqual([table.all(), world.store.records.size], [[], 0]);
  });
});
