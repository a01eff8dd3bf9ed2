import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseMountInfo } from '../src/mount-info.js';

describe('mountinfo', () => {
  it('takes source, target and type, with and without optional fields', () => {
    const text = [
      '22 1 0:20 / / rw,relatime - ext4 /dev/vda1 rw',
      '36 22 0:33 / /rhev/data-center/mnt/nfs.example:_exp rw shared:7 master:2 - nfs nfs.example:/exp rw,soft',
      '',
    ].join('\n');
    assert.deepEqual(parseMountInfo(text), [
      { source: '/dev/vda1', target: '/', type: 'ext4' },
      {
        source: 'nfs.example:/exp',
        target: '/rhev/data-center/mnt/nfs.example:_exp',
        type: 'nfs',
      },
    ]);
  });

  it('undoes octal escapes byte by byte', () => {
    const text = '36 22 0:33 / /mnt/a\\040b\\134c\\303\\251 rw - fuse.bindfs /srv/x\\011y rw\n';
    assert.deepEqual(parseMountInfo(text), [
      { source: '/srv/x\ty', target: '/mnt/a b\\cé', type: 'fuse.bindfs' },
    ]);
  });
});
