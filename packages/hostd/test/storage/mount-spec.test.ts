import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeyedQueue } from '../../src/storage/keyed-queue.js';
import { mountSpecOf } from '../../src/storage/mount-spec.js';
import { CONNECTION, code } from './storage-fixture.js';

const spec = (type: number, connection: object) =>
  mountSpecOf('/dc', type, { id: CONNECTION, connection: 'nfs.example:/exp//a/', ...connection });

describe('mount options', () => {
  it('of NFS are those of VDSM', () => {
    assert.deepEqual(spec(1, {}), {
      source: 'nfs.example:/exp/a',
      target: '/dc/mnt/nfs.example:_exp_a',
      type: 'nfs',
      options: 'soft,nosharecache,timeo=100,retrans=3,nfsvers=3,nolock',
    });
    const options = (connection: object) => spec(1, connection).options;
    assert.match(options({ protocol_version: '4' }), /retrans=3,nfsvers=4$/);
    assert.match(options({ protocol_version: '4.1' }), /nfsvers=4,minorversion=1$/);
    assert.match(options({ protocol_version: 'auto' }), /retrans=3,nolock$/);
    assert.match(options({ timeout: '600', retrans: 6 }), /timeo=600,retrans=6/);
    assert.match(options({ mnt_options: 'sync' }), /,sync$/);
    assert.throws(() => options({ protocol_version: '5' }), code(1000));
    assert.throws(() => options({ timeout: '1,exec' }), code(1000));
  });

  it('of other file systems are the caller’s', () => {
    assert.deepEqual(spec(6, { connection: '/srv/he', vfs_type: 'fuse.bindfs' }), {
      source: '/srv/he',
      target: '/dc/mnt/_srv_he',
      type: 'fuse.bindfs',
      options: '',
    });
    const gluster = spec(7, { connection: 'h:vol', mnt_options: 'backup-volfile-servers=b' });
    assert.equal(gluster.type, 'glusterfs');
    assert.equal(gluster.target, '/dc/mnt/glusterSD/h:vol');
    assert.equal(gluster.options, 'backup-volfile-servers=b');
    assert.throws(() => spec(6, {}), code(1000));
    assert.throws(() => spec(3, {}), code(75));
  });
});

describe('changes of one thing', () => {
  it('run in order, also after a failure, and beside those of others', async () => {
    const queue = new KeyedQueue();
    const order: string[] = [];
    let release = (): void => undefined;
    const first = queue.run('a', async () => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      order.push('a1');
      throw new Error('no');
    });
    const failed = assert.rejects(first, /no/);
    const second = queue.run('a', async () => order.push('a2'));
    await queue.run('b', async () => order.push('b'));
    release();
    await failed;
    await second;
    assert.deepEqual(order, ['b', 'a1', 'a2']);
  });
});
