import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { STORAGE_TYPE } from '@hosted-engine/vdsm';
import { parseDomainMetadata } from '../../src/storage/domain-metadata.js';
import {
  BLANK,
  CONNECTION,
  code,
  SD,
  StorageFixture,
  type StorageHost,
} from './storage-fixture.js';

let fixture: StorageFixture;
let host: StorageHost;

beforeEach(async () => {
  fixture = await StorageFixture.create();
  host = await fixture.host();
});

afterEach(() => fixture.dispose());

describe('storage servers', () => {
  it('are connected once, and again with success', async () => {
    assert.equal(await host.connect(), 0);
    assert.equal(await host.connect(), 0);
    assert.equal((await host.mounts.list()).length, 1);
  });

  it('answer 477 for a path that does not exist, 469 without permission', async () => {
    assert.equal(await host.connect(path.join(fixture.dir, 'none')), 477);
    host.isAccessAllowed = false;
    assert.equal(await host.connect(), 469);
    assert.deepEqual(await host.mounts.list(), []);
  });

  it('answer 1000 when a parameter is missing', async () => {
    assert.equal(await host.connect(fixture.source, { vfs_type: '' }), 1000);
    assert.equal(await host.connect(''), 1000);
  });

  it('are disconnected, also when they were not connected', async () => {
    await host.connect();
    const disconnect = () =>
      host.call('StoragePool.disconnectStorageServer', {
        storagepoolID: BLANK,
        domainType: STORAGE_TYPE.POSIXFS,
        connectionParams: [{ id: CONNECTION, connection: fixture.source, vfs_type: 'fuse.bindfs' }],
      });
    assert.deepEqual(await disconnect(), [{ id: CONNECTION, status: 0 }]);
    assert.deepEqual(await disconnect(), [{ id: CONNECTION, status: 0 }]);
    assert.deepEqual(await host.call('Host.getStorageDomains', {}), []);
  });
});

describe('creation of a domain', () => {
  const inDomain = (...names: string[]) => path.join(fixture.source, SD, ...names);
  const shape = async (...names: string[]) => {
    const stat = await fs.stat(inDomain(...names));
    return [(stat.mode & 0o777).toString(8), stat.isDirectory() ? 'directory' : stat.size];
  };

  it('makes the tree of vdsm.md C2', async () => {
    await host.connect();
    await host.createDomain();
    assert.deepEqual((await fs.readdir(inDomain('dom_md'))).sort(), [
      'ids',
      'inbox',
      'leases',
      'metadata',
      'outbox',
      'xleases',
    ]);
    assert.deepEqual(await shape(), ['755', 'directory']);
    assert.deepEqual(await shape('images'), ['755', 'directory']);
    assert.deepEqual(await shape('dom_md', 'inbox'), ['660', 16 * 1024 * 1024]);
    assert.deepEqual(await shape('dom_md', 'xleases'), ['660', 1048576 + 253952]);
    assert.deepEqual((await shape('dom_md', 'metadata'))[0], '644');
    const metadata = parseDomainMetadata(await fs.readFile(inDomain('dom_md', 'metadata'), 'utf8'));
    assert.equal(metadata.get('SDUUID'), SD);
    assert.equal(metadata.get('TYPE'), 'POSIXFS');
    assert.equal(metadata.get('REMOTE_PATH'), fixture.source);
    assert.equal(metadata.get('POOL_UUID'), '');
    assert.equal(metadata.size, 15);
    const [area] = [...fixture.shared.lockspaces.values()];
    assert.deepEqual([area?.name, area?.ioTimeoutS], [SD, 1]);
    const [lease] = [...fixture.shared.resources];
    assert.match(lease?.[0] ?? '', /dom_md\/leases#1048576$/);
    assert.equal(lease?.[1].resource, 'SDM');
  });

  it('shows in info, stats and lists', async () => {
    await host.connect();
    await host.createDomain();
    assert.deepEqual(await host.call('StorageDomain.getInfo', { storagedomainID: SD }), {
      uuid: SD,
      type: 'POSIXFS',
      class: 'Data',
      name: 'hosted_storage',
      role: 'Regular',
      pool: [],
      version: '5',
      block_size: 512,
      alignment: 1048576,
      remotePath: fixture.source,
    });
    const stats = await host.call('StorageDomain.getStats', { storagedomainID: SD });
    assert.ok(BigInt(stats.disktotal) > BigInt(stats.diskfree));
    assert.deepEqual(await host.call('Host.getStorageDomains', { storagepoolID: BLANK }), [SD]);
    const other = { remotePath: '/other' };
    assert.deepEqual(await host.call('Host.getStorageDomains', other), []);
    assert.deepEqual(await host.call('StorageDomain.getImages', { storagedomainID: SD }), []);
  });

  it('refuses a mount with a domain (361), the same again (365), no mount (360)', async () => {
    await assert.rejects(host.createDomain(), code(360));
    await host.connect();
    await host.createDomain();
    await assert.rejects(host.createDomain(), code(365));
    await assert.rejects(host.createDomain(CONNECTION), code(361));
    assert.deepEqual(await fs.readdir(fixture.source), [SD]);
  });

  it('leaves nothing behind when it fails', async () => {
    await host.connect();
    host.leases.isRunning = false;
    await assert.rejects(host.createDomain(), code(701));
    assert.deepEqual(await fs.readdir(fixture.source), []);
  });

  it('never touches what it did not make', async () => {
    await host.connect();
    await fs.mkdir(inDomain(), { recursive: true });
    await fs.writeFile(inDomain('precious'), 'data');
    await assert.rejects(host.createDomain(), code(351));
    assert.equal(await fs.readFile(inDomain('precious'), 'utf8'), 'data');
  });

  it('refuses names and versions that no host could read', async () => {
    await host.connect();
    const params = {
      storagedomainID: SD,
      domainType: STORAGE_TYPE.POSIXFS,
      typeArgs: fixture.source,
      name: 'x',
      domainClass: 1,
      version: 5,
    };
    const refused = (change: object, expected: number) =>
      assert.rejects(host.call('StorageDomain.create', { ...params, ...change }), code(expected));
    await refused({ name: 'x'.repeat(51) }, 1000);
    await refused({ version: 4 }, 394);
    await refused({ storagedomainID: '../../etc' }, 1000);
    await refused({ domainClass: 9 }, 386);
    await refused({ domainType: 3 }, 372);
  });

  it('is undone by format, but not while the domain is monitored', async () => {
    await host.connect();
    await host.createDomain();
    await host.call('Host.startMonitoringDomain', { sdUUID: SD, hostID: 1 });
    const format = () =>
      host.call('StorageDomain.format', { storagedomainID: SD, autoDetach: false });
    await assert.rejects(format(), code(350));
    await host.untilAcquired();
    await host.call('Host.stopMonitoringDomain', { sdUUID: SD });
    assert.equal(await format(), true);
    await assert.rejects(host.call('StorageDomain.getInfo', { storagedomainID: SD }), code(358));
  });
});

describe('a domain', () => {
  it('with a changed metadata is refused with 752', async () => {
    await host.connect();
    await host.createDomain();
    const file = path.join(fixture.source, SD, 'dom_md', 'metadata');
    await fs.writeFile(file, (await fs.readFile(file, 'utf8')).replace('Regular', 'Master'));
    await assert.rejects(host.call('StorageDomain.validate', { storagedomainID: SD }), code(752));
  });

  it('keeps keys of others when its description changes', async () => {
    await host.connect();
    await host.createDomain();
    await host.call('StorageDomain.setDescription', { storagedomainID: SD, description: 'né' });
    const info = await host.call('StorageDomain.getInfo', { storagedomainID: SD });
    assert.equal(info.name, 'né');
    assert.equal(info.type, 'POSIXFS');
  });
});
