import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
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

const ADDRESS = { storagepoolID: BLANK, storagedomainID: SD, imageID: IMG, volumeID: VOL };
const NEW = {
  ...ADDRESS,
  size: '1048576',
  volFormat: VOLUME_FORMAT.RAW,
  preallocate: VOLUME_ALLOCATION.SPARSE,
  diskType: 'HESD',
  desc: 'hosted-engine.lockspace',
};

beforeEach(async () => {
  fixture = await StorageFixture.create();
  host = await fixture.host();
  await host.connect();
  await host.createDomain();
});

afterEach(() => fixture.dispose());

const create = async (change: object = {}) =>
  await host.finish(await host.call('Volume.create', { ...NEW, ...change }));

const inImage = (...names: string[]) => path.join(fixture.source, SD, 'images', IMG, ...names);

describe('volumes', () => {
  it('are created by a task, with data, lease and metadata', async () => {
    const status = await create();
    assert.deepEqual([status.taskResult, status.code], ['success', 0]);
    assert.deepEqual((await fs.readdir(inImage())).sort(), [VOL, `${VOL}.lease`, `${VOL}.meta`]);
    const stat = await fs.stat(inImage(VOL));
    assert.deepEqual([stat.size, stat.blocks, stat.mode & 0o777], [1048576, 0, 0o660]);
    assert.equal((await fs.stat(inImage(`${VOL}.meta`))).mode & 0o777, 0o644);
    const info = await host.call('Volume.getInfo', ADDRESS);
    assert.deepEqual(
      { ...info, ctime: '', lease: undefined },
      {
        uuid: VOL,
        type: 'SPARSE',
        format: 'RAW',
        disktype: 'HESD',
        voltype: 'LEAF',
        capacity: '1048576',
        parent: BLANK,
        description: 'hosted-engine.lockspace',
        pool: '',
        domain: SD,
        image: IMG,
        ctime: '',
        mtime: '0',
        legality: 'LEGAL',
        generation: 0,
        sequence: 0,
        apparentsize: '1048576',
        truesize: '0',
        status: 'OK',
        lease: undefined,
        children: [],
      },
    );
    assert.deepEqual(info.lease?.owners, []);
    assert.match(info.lease?.path ?? '', new RegExp(`${VOL}.lease$`));
    const volumes = { storagepoolID: BLANK, storagedomainID: SD };
    assert.deepEqual(await host.call('StorageDomain.getVolumes', volumes), [VOL]);
    assert.deepEqual(await host.call('StorageDomain.getImages', { storagedomainID: SD }), [IMG]);
  });

  it('are rounded up to 4096 bytes, and filled when preallocated', async () => {
    const preallocate = VOLUME_ALLOCATION.PREALLOCATED;
    assert.equal((await create({ size: '5000', preallocate })).taskResult, 'success');
    const size = await host.call('Volume.getSize', ADDRESS);
    assert.deepEqual(size, { apparentsize: '8192', truesize: '8192' });
  });

  it('are never overwritten: 212', async () => {
    await create();
    await fs.writeFile(inImage(VOL), 'precious');
    const status = await create();
    assert.deepEqual([status.taskResult, status.code], ['cleanSuccess', 212]);
    assert.equal(await fs.readFile(inImage(VOL), 'utf8'), 'precious');
  });

  it('leave nothing behind when creation fails', async () => {
    host.leases.isRunning = false;
    const status = await create();
    assert.equal(status.code, 651);
    assert.deepEqual(await fs.readdir(path.join(fixture.source, SD, 'images')), []);
  });

  it('are refused at once with bad parameters', async () => {
    const refused = (change: object, expected: number) =>
      assert.rejects(host.call('Volume.create', { ...NEW, ...change }), code(expected));
    await refused({ size: '-1' }, 1000);
    await refused({ size: '0' }, 1000);
    await refused({ diskType: 'XXXX' }, 1000);
    await refused({ preallocate: 9 }, 231);
    await refused({ volFormat: 9 }, 1000);
    await refused({ volumeID: '../x' }, 1000);
    await refused({ storagepoolID: SP }, 309);
    await refused({ storagedomainID: SP }, 358);
  });

  it('show as invalid when their metadata is damaged', async () => {
    await create();
    await fs.writeFile(inImage(`${VOL}.meta`), 'CAP=x\nEOF\n');
    assert.equal((await host.call('Volume.getInfo', ADDRESS)).status, 'INVALID');
  });

  it('tell no owners when the lease cannot be read', async () => {
    await create();
    host.leases.isRunning = false;
    assert.equal((await host.call('Volume.getInfo', ADDRESS)).lease, undefined);
  });

  it('are deleted with their image, but not while their lease is held', async () => {
    await create();
    await host.call('Host.startMonitoringDomain', { sdUUID: SD, hostID: 1 });
    await host.untilAcquired();
    const { leasePath: leaseFile } = await host.storage.prepareImage({
      sdUUID: SD,
      imgUUID: IMG,
      volUUID: VOL,
    });
    const lease = { lockspace: SD, resource: VOL, path: leaseFile, offset: 0 };
    await host.leases.holder.acquire(lease);
    const remove = async () => await host.finish(await host.call('Volume.delete', ADDRESS));
    assert.equal((await remove()).code, 40);
    // The same lease keeps the host id (I7).
    await assert.rejects(host.call('Host.stopMonitoringDomain', { sdUUID: SD }), code(662));
    assert.ok(host.storage.repoStats()[SD]);
    await host.leases.holder.release(lease);
    assert.equal((await remove()).taskResult, 'success');
    assert.deepEqual(await fs.readdir(path.join(fixture.source, SD, 'images')), []);
  });
});

describe('images', () => {
  it('are prepared as links below the run directory', async () => {
    await create();
    const link = path.join(host.dir, 'run', 'storage', SD, IMG);
    for (let turn = 0; turn < 2; turn++) {
      assert.deepEqual(await host.call('Image.prepare', ADDRESS), { path: path.join(link, VOL) });
    }
    assert.equal((await fs.stat(path.join(link, VOL))).size, 1048576);
    const target = await fs.readlink(link);
    assert.match(target, new RegExp(`/rhev/mnt/.*/${SD}/images/${IMG}$`));
    const { leasePath } = await host.storage.prepareImage({
      sdUUID: SD,
      imgUUID: IMG,
      volUUID: VOL,
    });
    assert.equal(leasePath, path.join(target, `${VOL}.lease`));
    for (let turn = 0; turn < 2; turn++)
      assert.equal(await host.call('Image.teardown', ADDRESS), true);
    await assert.rejects(fs.lstat(link));
    assert.equal((await fs.stat(inImage(VOL))).size, 1048576);
  });

  it('are refused with 254, 201 and 358', async () => {
    await assert.rejects(host.call('Image.prepare', ADDRESS), code(254));
    await create();
    await assert.rejects(host.call('Image.prepare', { ...ADDRESS, volumeID: SP }), code(201));
    const elsewhere = { ...ADDRESS, storagedomainID: SP };
    await assert.rejects(host.call('Image.prepare', elsewhere), code(358));
  });
});

describe('external leases', () => {
  it('are created once, found and removed', async () => {
    const lease = { sd_id: SD, lease_id: VOL };
    await assert.rejects(host.call('Lease.info', { lease }), code(936));
    for (let turn = 0; turn < 2; turn++) {
      const status = await host.finish(await host.call('Lease.create', { lease }));
      assert.equal(status.taskResult, 'success');
    }
    const info = await host.call('Lease.info', { lease });
    assert.equal(info.offset, 3 * 1048576);
    assert.match(info.path, /xleases$/);
    assert.deepEqual(await host.call('Lease.status', { lease }), { owners: [], version: 0 });
    await host.finish(await host.call('Lease.delete', { lease }));
    await assert.rejects(host.call('Lease.status', { lease }), code(936));
  });
});

describe('tasks', () => {
  it('stay until they are cleared', async () => {
    const taskID = await host.call('Volume.create', NEW);
    assert.deepEqual(await host.call('Task.getInfo', { taskID }), {
      id: taskID,
      verb: 'createVolume',
    });
    assert.ok(taskID in (await host.call('Host.getAllTasks', {})));
    await host.finish(taskID);
    await assert.rejects(host.call('Task.getStatus', { taskID }), code(401));
    await assert.rejects(host.call('Host.getAllTasksStatuses', {}), code(654));
  });
});
