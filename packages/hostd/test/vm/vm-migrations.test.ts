// Rule T6 of src/vm/vm-table.ts: live migration, seen from the source and from the target.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VirtError } from '@hosted-engine/ports';
import { isVdsmError, VDSM_CODE, VdsmError } from '@hosted-engine/vdsm';
import { splitAddress } from '../../src/vm/peer-hosts.js';
import { downtimeAt, type MigrationRequest } from '../../src/vm/vm-migrations.js';
import { NEW, newWorld, openTable, runningVm, VM, XML } from './table-world.js';

const REQUEST: MigrationRequest = {
  destination: 'host2:54321',
  dataHost: undefined,
  downtimeMaxMs: 500,
  bandwidthMiB: undefined,
  autoConverge: true,
};
const code = (wanted: number) => (error: unknown) => isVdsmError(error, wanted);

/** A VM that the hypervisor is at work on moving. */
async function leavingVm() {
  const world = await runningVm();
  world.table.migrate(VM, REQUEST, 2);
  await world.clock.advance(0);
  assert.ok(world.driver.moving.has(VM));
  return world;
}

describe('T6: the source of a migration', () => {
  it('has the target prepare, hands the guest over, and is Down as migrated', async () => {
    const { table, driver, clock, told, peerCalls, tornDown } = await leavingVm();
    assert.deepEqual(peerCalls, ['host2:54321 Host.ping', 'host2:54321 VM.migrationCreate']);
    assert.equal(driver.moving.get(VM)?.to.host, 'host2');
    assert.deepEqual(told, ['Migration Source']);
    driver.setRemaining(VM, 40);
    await clock.advance(1000);
    assert.equal(table.migrationStatus(VM).progress, 60);
    driver.endMigration(VM);
    await clock.advance(0);
    assert.deepEqual(told, ['Migration Source', '60 %', 'Down 0/4', '100 %']);
    assert.deepEqual(tornDown, ['vol']);
    assert.equal(table.migrationStatus(VM).status.code, 0);
  });

  it('goes on here when the target cannot prepare', async () => {
    const { table, clock, told, peerAnswers, driver } = await runningVm();
    peerAnswers.set('VM.migrationCreate', () => {
      throw new VdsmError(VDSM_CODE.imageFileNotFound, 'no such image here');
    });
    table.migrate(VM, REQUEST, 2);
    await clock.advance(0);
    assert.deepEqual(told, ['Migration Source', 'Up']);
    assert.equal(driver.moving.size, 0);
    const { status } = table.migrationStatus(VM);
    assert.deepEqual(status, { code: 12, message: 'no such image here' });
  });

  it('waits for a target that has its hands full', async () => {
    const { table, clock, peerAnswers, driver } = await runningVm();
    let refusals = 2;
    peerAnswers.set('VM.migrationCreate', () => {
      refusals -= 1;
      if (refusals >= 0) throw new VdsmError(VDSM_CODE.migrationLimit, 'limit');
    });
    table.migrate(VM, REQUEST, 2);
    await clock.advance(19_000);
    assert.ok(!driver.moving.has(VM));
    await clock.advance(2000);
    assert.ok(driver.moving.has(VM));
  });

  it('goes on here when the migration fails half-way, and clears the target up', async () => {
    const { table, driver, clock, told, peerCalls, peerAnswers } = await leavingVm();
    peerAnswers.set('VM.getStats', () => [{ status: 'Migration Destination' }]);
    driver.endMigration(VM, new VirtError('refused', 'the target died'));
    await clock.advance(0);
    assert.deepEqual([table.get(VM).status, told], ['Up', ['Migration Source', 'Up']]);
    assert.deepEqual(peerCalls.slice(2), ['host2:54321 VM.getStats', 'host2:54321 VM.destroy']);
  });

  it('never ends a guest that runs on the target', async () => {
    const { driver, clock, peerCalls, peerAnswers } = await leavingVm();
    peerAnswers.set('VM.getStats', () => [{ status: 'Up' }]);
    driver.endMigration(VM, new VirtError('refused', 'lost in the last step'));
    await clock.advance(0);
    assert.ok(!peerCalls.includes('host2:54321 VM.destroy'));
  });

  it('is cancelled, and goes on here', async () => {
    const { table, clock } = await leavingVm();
    await table.cancelMigration(VM);
    await clock.advance(0);
    assert.equal(table.get(VM).status, 'Up');
    assert.equal(table.migrationStatus(VM).status.message, 'Migration canceled');
    await assert.rejects(table.cancelMigration(VM), code(VDSM_CODE.migrationCancelFailed));
  });

  it('ends one that gets nowhere', async () => {
    const { table, clock } = await leavingVm();
    await clock.advance(149_000);
    assert.equal(table.get(VM).status, 'Migration Source');
    await clock.advance(5000);
    assert.equal(table.get(VM).status, 'Up');
  });

  it('accepts a longer stop of the guest as time goes by, within what was allowed', async () => {
    const { driver, clock } = await leavingVm();
    assert.equal(driver.moving.get(VM)?.to.downtimeMs, 100);
    await clock.advance(70_000);
    const steps = driver.commands.filter((command) => command.startsWith('downtime'));
    assert.deepEqual(steps, ['downtime-200', 'downtime-400', 'downtime-500']);
    assert.deepEqual([downtimeAt(0, 50), downtimeAt(25, 10_000)], [50, 200]);
  });

  it('sends the memory of an emulated guest once, and the rest with its CPUs stopped', async () => {
    const world = newWorld();
    const table = await openTable(world);
    table.create({ ...NEW, xml: XML.replace("type='kvm'", "type='qemu'") });
    await world.clock.advance(0);
    table.migrate(VM, REQUEST, 2);
    await world.clock.advance(70_000);
    assert.equal(world.driver.moving.get(VM)?.to.downtimeMs, 0);
    assert.ok(!world.driver.commands.some((command) => command.startsWith('downtime')));
  });

  it('keeps the end of a migration open that cannot be told, until a look tells', async () => {
    const { table, driver, clock } = await leavingVm();
    driver.endMigration(VM, new VirtError('unreachable', 'connection lost'));
    await clock.advance(0);
    assert.equal(table.get(VM).status, 'Migration Source');
    await clock.advance(6000);
    assert.equal(table.get(VM).status, 'Up');
  });

  it('refuses what cannot be', async () => {
    const { table, driver } = await leavingVm();
    const again = () => table.migrate(VM, REQUEST, 2);
    assert.throws(again, code(VDSM_CODE.migrationInProgress));
    const options = { reboot: false, timeoutMs: 1000, force: false };
    assert.throws(() => table.shutdown(VM, options), code(VDSM_CODE.migrationInProgress));
    driver.endMigration(VM);
    const gone = await runningVm();
    gone.driver.emit({ kind: 'paused', vmId: VM, reason: 'io-error' });
    assert.throws(() => gone.table.migrate(VM, REQUEST, 2), code(VDSM_CODE.migrationError));
    assert.throws(() => gone.table.migrationStatus(VM), code(VDSM_CODE.migrationNotInProgress));
  });
});

describe('T6: a restart of the daemon during a migration', () => {
  it('finds it under way, and sees its end', async () => {
    const before = await leavingVm();
    before.table.close();
    const table = await openTable(before);
    assert.equal(table.get(VM).status, 'Migration Source');
    before.driver.end(VM, 'migrated');
    assert.equal(table.get(VM).exit?.reason, 4);
  });

  it('finds that the guest has left meanwhile', async () => {
    const before = await leavingVm();
    before.table.close();
    before.driver.vanish(VM);
    const table = await openTable(before);
    assert.deepEqual([table.get(VM).status, table.get(VM).exit?.reason], ['Down', 4]);
  });

  it('finds that it has failed, and clears the target up', async () => {
    const before = await leavingVm();
    before.table.close();
    before.driver.moving.clear();
    before.peerAnswers.set('VM.getStats', () => [{ status: 'Migration Destination' }]);
    const table = await openTable(before);
    assert.equal(table.get(VM).status, 'Up');
    assert.ok(before.peerCalls.includes('host2:54321 VM.destroy'));
  });
});

const ARRIVING = { vmId: VM, name: 'engine', xml: XML, images: NEW.images };
const START = { vmId: VM, name: 'engine', xml: XML };

async function expectingHost() {
  const world = newWorld();
  const table = await openTable(world);
  await table.expect(ARRIVING, 2);
  return { ...world, table };
}

describe('T6: the target of a migration', () => {
  it('prepares the images, and has the VM Up when its guest runs', async () => {
    const { table, driver, clock, told, prepared } = await expectingHost();
    assert.deepEqual([told, prepared], [['Migration Destination'], ['vol']]);
    driver.addIncoming(START);
    await clock.advance(6000);
    assert.equal(table.get(VM).status, 'Migration Destination');
    driver.arrive(VM);
    await clock.advance(0);
    assert.deepEqual(told, ['Migration Destination', 'Up']);
  });

  it('sees it run even if no event told', async () => {
    const { table, driver, clock } = await expectingHost();
    driver.addRunning(START);
    await clock.advance(6000);
    assert.equal(table.get(VM).status, 'Up');
  });

  it('takes a VM off the list that ended before its guest ran, with its images', async () => {
    const { table, driver, told, tornDown } = await expectingHost();
    driver.addIncoming(START);
    driver.end(VM, 'failed');
    assert.deepEqual(told, ['Migration Destination', 'Down 1/8']);
    assert.throws(() => table.get(VM), code(VDSM_CODE.noSuchVm));
    await Promise.resolve();
    assert.deepEqual(tornDown, ['vol']);
  });

  it('waits a minute for a source that does not begin', async () => {
    const { table, clock } = await expectingHost();
    await clock.advance(58_000);
    assert.equal(table.get(VM).status, 'Migration Destination');
    await clock.advance(9000);
    assert.throws(() => table.get(VM), code(VDSM_CODE.noSuchVm));
  });

  it('still expects it after a restart of the daemon', async () => {
    const before = await expectingHost();
    before.table.close();
    const table = await openTable(before);
    before.driver.addIncoming(START);
    before.driver.arrive(VM);
    assert.equal(table.get(VM).status, 'Up');
  });

  it('lists nothing when an image cannot be prepared', async () => {
    const world = newWorld();
    const table = await openTable(world);
    world.prepareImage = () => Promise.reject(new VdsmError(201, 'no such volume'));
    await assert.rejects(table.expect(ARRIVING, 2), code(201));
    assert.deepEqual(table.all(), []);
  });

  it('refuses a VM that it runs, and more than the limit; not one that left it before', async () => {
    const { table, driver, clock } = await runningVm();
    await assert.rejects(table.expect(ARRIVING, 2), code(VDSM_CODE.vmExists));
    const other = { ...ARRIVING, vmId: VM.replace('1', '9') };
    await assert.rejects(table.expect(other, 0), code(VDSM_CODE.migrationLimit));
    driver.end(VM, 'migrated');
    await clock.advance(0);
    await table.expect(ARRIVING, 2);
    assert.equal(table.get(VM).status, 'Migration Destination');
  });
});

describe('T4: a VM that comes back past this daemon', () => {
  it('replaces the entry of its end', async () => {
    const { table, driver, clock, prepared } = await runningVm();
    driver.end(VM, 'migrated');
    driver.addRunning(START);
    driver.emit({ kind: 'started', vmId: VM });
    await clock.advance(0);
    assert.equal(table.get(VM).status, 'Up');
    assert.deepEqual(prepared, ['vol', 'vol'], 'QEMU opens its images again when it migrates');
  });
});

describe('addresses of other hosts', () => {
  it('have a port or VDSM’s own', () => {
    assert.deepEqual(splitAddress('host2:54322'), { host: 'host2', port: 54322 });
    assert.deepEqual(splitAddress('host2'), { host: 'host2', port: 54321 });
    assert.deepEqual(splitAddress('[2001:db8::2]:54321'), { host: '2001:db8::2', port: 54321 });
    assert.deepEqual(splitAddress('2001:db8::2'), { host: '2001:db8::2', port: 54321 });
  });
});
