import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { localNameOf, mountPathOf, normaliseRemotePath } from '../../src/storage/remote-path.js';
import {
  findRecord,
  INDEX_OFFSET,
  INDEX_SIZE,
  isXleasesIndex,
  leaseOffset,
  newXleasesIndex,
  updateRecord,
} from '../../src/storage/xleases-index.js';

describe('remote paths', () => {
  it('become local names as VDSM makes them', () => {
    assert.equal(localNameOf('nfs.example:/exp_a/b'), 'nfs.example:_exp__a_b');
    assert.equal(localNameOf('/srv/he'), '_srv_he');
    assert.equal(localNameOf('h:/a//b/'), 'h:_a_b');
    assert.equal(normaliseRemotePath('[fd00::1]:/a//'), '[fd00::1]:/a');
    assert.equal(normaliseRemotePath('h:/'), 'h:/');
  });

  it('are mounted by type', () => {
    assert.equal(mountPathOf('/dc', 1, 'h:/x'), '/dc/mnt/h:_x');
    assert.equal(mountPathOf('/dc', 7, 'h:vol'), '/dc/mnt/glusterSD/h:vol');
  });
});

describe('index of external leases', () => {
  it('has the bytes of vdsm.md C5', () => {
    const index = newXleasesIndex('21d36d5b-a88b-44b1-887a-83f230505886', 1795419970);
    assert.equal(INDEX_SIZE, 253952);
    assert.ok(isXleasesIndex(index));
    assert.equal(index.toString('hex', 0, 5), '1215201600');
    assert.equal(index.toString('latin1', 5, 9), '0001');
    assert.equal(index.toString('latin1', 59, 71), '1795419970\0-');
    assert.equal(index[511], 10);
    const free = `${'\0'.repeat(49)}00000000000\0--\n`;
    assert.equal(index.toString('latin1', 512, 576), free);
    assert.equal(index.toString('latin1', INDEX_SIZE - 64), free);
  });

  it('finds, takes and frees records', () => {
    const index = newXleasesIndex('ls', 1);
    const number = findRecord(index, '');
    assert.equal(number, 0);
    const sector = updateRecord(index, 9, 'lease-a');
    assert.equal(sector.offset, INDEX_OFFSET + 1024);
    assert.equal(sector.bytes.length, 512);
    assert.equal(findRecord(index, 'lease-a'), 9);
    assert.equal(leaseOffset(9), 12 * 1048576);
    updateRecord(index, 9, '');
    assert.equal(findRecord(index, 'lease-a'), undefined);
  });
});
