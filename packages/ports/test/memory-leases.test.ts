import assert from 'node:assert/strict';
import { it } from 'node:test';
import { leaseManagerContract } from '../contract/lease-manager.contract.js';
import { FaultyStorage } from '../src/fakes/faulty-storage.js';
import { ManualClock } from '../src/fakes/manual-clock.js';
import { MemoryLeases, SharedLeases } from '../src/fakes/memory-leases.js';
import { LeaseError } from '../src/lease-manager.js';

const AREA = { lockspace: 'ls', path: '/ids', offset: 0 };

leaseManagerContract('in memory', async () => {
  const clock = new ManualClock();
  const shared = new SharedLeases();
  return {
    first: new MemoryLeases({ shared, host: 'a', clock }),
    second: new MemoryLeases({ shared, host: 'b', clock }),
    area: AREA,
    resources: [
      { lockspace: 'ls', resource: 'x', path: '/leases', offset: 0 },
      { lockspace: 'ls', resource: 'y', path: '/leases', offset: 1048576 },
    ],
    wait: (ms) => clock.advance(ms),
    dispose: async () => undefined,
  };
});

it('leases in memory: hung storage is a time-out, a missing daemon unreachable', async () => {
  const clock = new ManualClock();
  const storage = new FaultyStorage();
  const leases = new MemoryLeases({ shared: new SharedLeases(), host: 'a', clock, storage });
  const hasCode = (code: string) => (error: unknown) =>
    error instanceof LeaseError && error.code === code;
  storage.hang();
  const first = assert.rejects(leases.areas.writeLockspace(AREA, 1), hasCode('TIMEOUT'));
  const second = assert.rejects(leases.areas.readLockspace(AREA), hasCode('TIMEOUT'));
  await clock.advance(31_000);
  await Promise.all([first, second]);
  assert.equal(storage.underWayMax, 1);
  storage.heal();
  leases.isRunning = false;
  await assert.rejects(leases.lockspaces.state(AREA, 1), hasCode('UNREACHABLE'));
});
