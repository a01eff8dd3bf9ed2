import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { VOLUME_ALLOCATION, VOLUME_FORMAT } from '@hosted-engine/vdsm';
import {
  BLANK,
  code,
  IMG,
  SD,
  SP,
  StorageFixture,
  type StorageHost,
  VOL,
} from './storage-fixture.js';

let fixture: StorageFixture;
let host: StorageHost;

beforeEach(async () => {
  fixture = await StorageFixture.create();
  host = await fixture.host();
  await host.connect();
  await host.createDomain();
});

afterEach(async () => {
  host.faults.heal();
  await fixture.dispose();
});

const start = (hostID = 1, on = host) =>
  on.call('Host.startMonitoringDomain', { sdUUID: SD, hostID });
const stats = (on = host) => on.storage.repoStats()[SD];

describe('monitored domains', () => {
  it('are acquired in the background and checked', async () => {
    assert.deepEqual(await host.call('Host.getStorageRepoStats', {}), {});
    assert.equal(await start(), true);
    assert.equal(stats()?.acquired, false);
    await host.untilAcquired();
    await host.until(async () => stats()?.valid || undefined);
    const all = await host.call('Host.getStorageRepoStats', { domains: [SD] });
    const { lastCheck, delay, ...rest } = all[SD] ?? {};
    assert.deepEqual(rest, { code: 0, valid: true, version: 5, acquired: true, actual: true });
    assert.match(lastCheck ?? '', /^\d+\.\d$/);
    assert.match(delay ?? '', /^\d+\.\d{6}$/);
    assert.deepEqual(await host.call('Host.getStorageRepoStats', { domains: [SP] }), {});
    assert.equal(await start(), true);
    await assert.rejects(start(2), code(700));
  });

  it('are refused host ids that sanlock does not have', async () => {
    for (const hostID of [0, 2001, -1, 1.5]) await assert.rejects(start(hostID), code(1000));
  });

  it('stop with the host id released, also when they never ran', async () => {
    assert.equal(await host.call('Host.stopMonitoringDomain', { sdUUID: SD }), true);
    await start();
    await host.untilAcquired();
    assert.equal(await host.call('Host.stopMonitoringDomain', { sdUUID: SD }), true);
    assert.equal(stats(), undefined);
    const [lockspace] = [...fixture.shared.lockspaces.values()];
    assert.equal(lockspace?.ids.get(1)?.isHeld, false);
  });

  it('become invalid, with a growing age, while the storage hangs, and recover', async () => {
    await start();
    await host.untilAcquired();
    await host.until(async () => stats()?.valid || undefined);
    host.faults.underWayMax = 0;
    host.faults.hang();
    await host.until(async () => stats()?.valid === false || undefined);
    assert.ok(Number(stats()?.lastCheck) >= 10);
    await fixture.clock.advance(30_000);
    assert.ok(Number(stats()?.lastCheck) >= 40);
    assert.equal(host.faults.underWayMax, 1);
    host.faults.heal();
    await host.until(async () => stats()?.valid || undefined);
    assert.ok(Number(stats()?.lastCheck) < 5);
  });

  it('become invalid at once when the storage reports errors', async () => {
    await start();
    await host.until(async () => stats()?.valid || undefined);
    host.faults.breakDown();
    await host.until(async () => stats()?.valid === false || undefined);
    assert.equal(stats()?.code, 200);
  });

  it('take the host id again after sanlock has lost it', async () => {
    await start();
    await host.untilAcquired();
    assert.equal(host.storage.isHostIdLost(SD), false);
    host.leases.loseLockspace(SD);
    await host.until(async () => stats()?.acquired === false || undefined);
    assert.equal(host.storage.isHostIdLost(SD), true);
    await host.untilAcquired();
    assert.equal(host.storage.isHostIdLost(SD), false);
  });

  it('lose the host id when the sanlock daemon is gone', async () => {
    await start();
    await host.untilAcquired();
    host.leases.isRunning = false;
    await host.until(async () => stats()?.acquired === false || undefined);
    assert.equal(stats()?.valid, true);
    // Nobody has said so.
    assert.equal(host.storage.isHostIdLost(SD), false);
  });

  it('go on after a restart of the daemon, with the host id that sanlock still holds', async () => {
    await start(3);
    await host.untilAcquired();
    await host.stop();
    await host.start();
    await host.untilAcquired();
    const [lockspace] = [...fixture.shared.lockspaces.values()];
    assert.equal(lockspace?.ids.get(3)?.generation, 1);
  });
});

describe('a pool', () => {
  const pool = { storagepoolID: SP };
  const access = { ...pool, hostID: 1, scsiKey: '' };
  const master = { masterSdUUID: SD, masterVersion: 1 };
  const create = () =>
    host.call('StoragePool.create', { ...pool, ...master, name: 'hosted', domainList: [SD] });
  const spmStart = async (on: StorageHost) =>
    await on.finish(
      await on.call('StoragePool.spmStart', {
        ...pool,
        prevID: -1,
        prevLver: -1,
        enableScsiFencing: 'false',
      }),
    );

  /** `create` waits for host id 250, so time must pass beside it. */
  const created = async () => {
    const creating = create();
    let isDone = false;
    const done = creating.then(() => {
      isDone = true;
    });
    await host.until(async () => isDone || undefined);
    await done;
  };

  it('is made, led and left as hosted engine does it', async () => {
    await created();
    assert.deepEqual(host.storage.repoStats(), {});
    await assert.rejects(create(), code(380));
    const connected = { ...access, ...master };
    await assert.rejects(host.call('StoragePool.getInfo', pool), code(309));
    await host.call('StoragePool.connect', connected);
    await host.call('StoragePool.connect', connected);
    assert.deepEqual(await host.call('Host.getConnectedStoragePools', {}), [SP]);
    await assert.rejects(host.call('Host.stopMonitoringDomain', { sdUUID: SD }), code(900));

    const volume = {
      ...pool,
      storagedomainID: SD,
      imageID: IMG,
      volumeID: VOL,
      size: '4096',
      volFormat: VOLUME_FORMAT.RAW,
      preallocate: VOLUME_ALLOCATION.SPARSE,
      diskType: 'DATA',
      desc: '',
    };
    await assert.rejects(host.call('Volume.create', volume), code(654));
    await assert.rejects(
      host.call('Volume.create', { ...volume, storagepoolID: BLANK }),
      code(654),
    );
    assert.equal((await spmStart(host)).taskResult, 'success');
    assert.deepEqual(await host.call('StoragePool.getSpmStatus', pool), {
      spmStatus: 'SPM',
      spmLver: 2,
      spmId: 1,
    });
    const activate = { ...pool, storagedomainID: SD };
    assert.equal(await host.call('StorageDomain.activate', activate), true);
    const taskID = await host.call('Volume.create', volume);
    await assert.rejects(host.call('StoragePool.spmStop', pool), code(653));
    assert.equal((await host.finish(taskID)).taskResult, 'success');
    const { info } = await host.call('StoragePool.getInfo', pool);
    assert.deepEqual(
      [info.name, info.domains, info.spm_id, info.pool_status],
      ['hosted', `${SD}:Active`, 1, 'connected'],
    );
    await assert.rejects(host.call('StoragePool.disconnect', access), code(656));
    await host.call('StoragePool.spmStop', pool);
    assert.equal((await host.call('StoragePool.getSpmStatus', pool)).spmId, -1);
    await host.call('StoragePool.disconnect', access);
    await host.call('StoragePool.disconnect', access);
    assert.deepEqual(host.storage.repoStats(), {});
  });

  it('has one SPM: another host fails with 651', async () => {
    await created();
    const other = await fixture.host('host-2');
    await other.connect();
    await host.call('StoragePool.connect', { ...access, ...master });
    await spmStart(host);
    // The other host finds the same storage below a mount path of its own.
    shareLeases(fixture, host, other);
    await other.call('StoragePool.connect', { ...access, hostID: 2, ...master });
    const status = await spmStart(other);
    assert.deepEqual([status.taskResult, status.code], ['cleanSuccess', 651]);
  });

  it('is told apart from others, and from a wrong master', async () => {
    await created();
    const connect = (change: object) =>
      host.call('StoragePool.connect', { ...access, ...master, ...change });
    await assert.rejects(connect({ masterVersion: 2 }), code(324));
    await assert.rejects(connect({ masterSdUUID: IMG }), code(304));
    await assert.rejects(connect({ storagepoolID: IMG }), code(304));
    await connect({});
    await assert.rejects(connect({ storagepoolID: IMG }), code(323));
  });

  it('is destroyed by its SPM, and its domain is free again', async () => {
    await created();
    await host.call('StoragePool.connect', { ...access, ...master });
    await assert.rejects(host.call('StoragePool.destroy', access), code(654));
    await spmStart(host);
    await host.call('StoragePool.destroy', access);
    const info = await host.call('StorageDomain.getInfo', { storagedomainID: SD });
    assert.deepEqual([info.pool, info.role], [[], 'Regular']);
    assert.deepEqual(await host.call('Host.getConnectedStoragePools', {}), []);
  });

  it('is connected again after a restart of the daemon, which is then no SPM', async () => {
    await created();
    await host.call('StoragePool.connect', { ...access, ...master });
    await spmStart(host);
    await host.stop();
    await host.start();
    assert.deepEqual(await host.call('Host.getConnectedStoragePools', {}), [SP]);
    assert.equal((await host.call('StoragePool.getSpmStatus', pool)).spmStatus, 'Free');
  });
});

/** The areas of the first host's mount, under the second one's names for them. */
function shareLeases(shared: StorageFixture, from: StorageHost, to: StorageHost): void {
  for (const areas of [shared.shared.lockspaces, shared.shared.resources]) {
    for (const [key, record] of [...areas]) {
      areas.set(key.replace(from.dir, to.dir), record as never);
    }
  }
}
