import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LeaseError } from '@hosted-engine/ports';
import { isDaemonMissing, nameOfResult } from '../src/sanlock/return-codes.js';
import {
  decodeHosts,
  decodeResourceVersion,
  encodeLockspace,
  encodeResource,
} from '../src/sanlock/structs.js';

describe('structures of libsanlock_client', () => {
  it('lockspace', () => {
    const area = { lockspace: 'ls', path: '/a:b', offset: 4096 };
    const bytes = encodeLockspace(area, 7);
    assert.equal(bytes.length, 1104);
    assert.equal(bytes.toString('latin1', 0, 3), 'ls\0');
    assert.equal(bytes.readBigUInt64LE(48), 7n);
    assert.equal(bytes.readUInt32LE(56), 0x110);
    assert.equal(bytes.toString('latin1', 64, 69), '/a:b\0');
    assert.equal(bytes.readBigUInt64LE(64 + 1024), 4096n);
  });

  it('resource', () => {
    const resource = { lockspace: 'ls', resource: 'res', path: '/p', offset: 1048576 };
    const bytes = encodeResource(resource);
    assert.equal(bytes.length, 128 + 1040);
    assert.equal(bytes.toString('latin1', 48, 52), 'res\0');
    assert.equal(bytes.readUInt32LE(120), 0x110);
    assert.equal(bytes.readUInt32LE(124), 1);
    assert.equal(bytes.readBigUInt64LE(128 + 1024), 1048576n);
    bytes.writeBigUInt64LE(9n, 96);
    assert.equal(decodeResourceVersion(bytes), 9);
  });

  it('names of 48 bytes fit, longer ones are refused', () => {
    const area = { lockspace: 'x'.repeat(48), path: '/p', offset: 0 };
    assert.equal(encodeLockspace(area, 1).toString('latin1', 0, 48), area.lockspace);
    assert.throws(() => encodeLockspace({ ...area, lockspace: 'x'.repeat(49) }, 1), LeaseError);
    assert.throws(() => encodeLockspace({ ...area, path: 'x'.repeat(1024) }, 1), LeaseError);
  });

  it('hosts', () => {
    const bytes = Buffer.alloc(64);
    bytes.writeBigUInt64LE(2n, 0);
    bytes.writeBigUInt64LE(3n, 8);
    bytes.writeBigUInt64LE(1234n, 16);
    bytes.writeUInt32LE(10, 24);
    bytes.writeUInt32LE(0x103, 28);
    const [first, second] = decodeHosts(bytes);
    assert.deepEqual(first, {
      hostId: 2,
      generation: 3,
      timestamp: 1234,
      ioTimeoutS: 10,
      state: 'live',
    });
    assert.equal(second?.state, 'unknown');
  });

  it('results have names', () => {
    assert.equal(nameOfResult(-243), 'SANLK_ACQUIRE_IDLIVE');
    assert.equal(nameOfResult(-262), 'SANLK_HOSTID_BUSY');
    assert.equal(nameOfResult(-17), 'EEXIST');
    assert.equal(nameOfResult(-999), 'SANLOCK_-999');
    assert.ok(isDaemonMissing(-111));
    assert.ok(!isDaemonMissing(-2));
  });
});
