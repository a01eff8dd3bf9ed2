// Rules T1, T4 and T5 of src/vm/vm-table.ts: what a lost connection and a restart of the daemon leave.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FakeVirtDriver } from './fake-virt-driver.js';
import { NEW, newWorld, openTable, runningVm, VM, type World, XML } from './table-world.js';

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
