import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LeaseError, type LeaseHost, type LeaseManager } from '@hosted-engine/ports';
import { ManualClock } from '@hosted-engine/ports/fakes/manual-clock';
import { MemoryLeases, SharedLeases } from '@hosted-engine/ports/fakes/memory-leases';
import { createLeaseView } from '../src/lease-view.js';

const AREA = { lockspace: 'sd', path: '/ids', offset: 0 };
const LEASE = { lockspace: 'sd', resource: 'vol', path: '/vol.lease', offset: 0 };

/** Leases of which only the hosts of the lockspace can be asked. */
function withHosts(answer: () => readonly LeaseHost[]): LeaseManager {
  const leases = new MemoryLeases({
    shared: new SharedLeases(),
    host: 'a',
    clock: new ManualClock(),
  });
  return {
    areas: leases.areas,
    holder: leases.holder,
    lockspaces: { ...leases.lockspaces, hosts: async () => answer() },
  };
}

describe('lease view', () => {
  it('tells free, held and unknown apart', async () => {
    const clock = new ManualClock();
    const leases = new MemoryLeases({ shared: new SharedLeases(), host: 'a', clock });
    const view = createLeaseView({ leases, lease: LEASE, clock });
    assert.equal((await view.owner()).kind, 'unknown');
    assert.equal(await view.hosts(), 'unknown');
    await leases.areas.writeLockspace(AREA, 1);
    await leases.areas.writeResource(LEASE);
    assert.deepEqual(await view.owner(), { kind: 'free' });
    await leases.lockspaces.join(AREA, 4, 1);
    await clock.advance(4000);
    await leases.holder.acquire(LEASE);
    assert.deepEqual(await view.owner(), { kind: 'held', hostId: 4, generation: 1 });
    assert.deepEqual(await view.hosts(), new Map([[4, { state: 'live', generation: 1 }]]));
    leases.isRunning = false;
    assert.equal((await view.owner()).kind, 'unknown');
  });

  it('counts down from the last renewal to death', async () => {
    const clock = new ManualClock();
    let host: LeaseHost = {
      hostId: 1,
      generation: 2,
      timestamp: 100,
      ioTimeoutS: 1,
      state: 'live',
    };
    const view = createLeaseView({ leases: withHosts(() => [host]), lease: LEASE, clock });
    const seen = async () => {
      const hosts = await view.hosts();
      assert.ok(hosts !== 'unknown');
      return hosts.get(1);
    };
    assert.deepEqual(await seen(), { state: 'live', generation: 2 });
    await clock.advance(10_000);
    host = { ...host, state: 'fail' };
    // 8 x 1 + 60 s after the renewal, 10 of which are over.
    assert.equal((await seen())?.deadInS, 58);
    await clock.advance(30_000);
    assert.equal((await seen())?.deadInS, 28);
    await clock.advance(60_000);
    assert.equal((await seen())?.deadInS, 0);
    host = { ...host, state: 'dead' };
    assert.deepEqual(await seen(), { state: 'dead', generation: 2 });
  });

  it('gives a failing host that it never saw alive no more than the watchdog’s time', async () => {
    const host = { hostId: 1, generation: 1, timestamp: 9, ioTimeoutS: 10, state: 'fail' as const };
    const clock = new ManualClock();
    const view = createLeaseView({ leases: withHosts(() => [host]), lease: LEASE, clock });
    const hosts = await view.hosts();
    assert.ok(hosts !== 'unknown');
    assert.equal(hosts.get(1)?.deadInS, 60);
  });

  it('is unknown while sanlock has no judgement', async () => {
    const leases = withHosts(() => {
      throw new LeaseError('EAGAIN', 'not ready', -11);
    });
    const view = createLeaseView({ leases, lease: LEASE, clock: new ManualClock() });
    assert.equal(await view.hosts(), 'unknown');
  });
});
