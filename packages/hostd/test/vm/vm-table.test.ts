// How the VM table (src/vm/vm-table.ts) starts, ends and tells of VMs: its rules T1 to T3, and the exit
// reasons of vdsm.md A6, over a hypervisor in memory that passes the port's contract.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VirtError } from '@hosted-engine/ports';
import { isVdsmError } from '@hosted-engine/vdsm';
import { NEW, newWorld, openTable, runningVm, VM, XML } from './table-world.js';

const HELD = new VirtError('lease-held', 'Failed to acquire lock: Lease is held by another host');

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
