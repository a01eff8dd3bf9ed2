import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  isHeldElsewhere,
  LeaseError,
  type LeaseHost,
  type LeaseManager,
  type LeaseResource,
  type LockspaceArea,
} from '../src/lease-manager.js';

/** Two hosts on one storage with an area of its own for each test. */
export interface LeaseSubject {
  readonly first: LeaseManager;
  /** Another host's; undefined where there is only one. */
  readonly second: LeaseManager | undefined;
  readonly area: LockspaceArea;
  /** Room for two resources, in `area`'s lockspace. */
  readonly resources: readonly [LeaseResource, LeaseResource];
  /** Lets some of the subject's time pass. */
  wait(ms: number): Promise<void>;
  dispose(): Promise<void>;
}

const IO_TIMEOUT_S = 1;

const hasCode =
  (...codes: readonly string[]) =>
  (error: unknown): boolean =>
    error instanceof LeaseError && codes.includes(error.code);

async function join(
  subject: LeaseSubject,
  leases: LeaseManager,
  hostId: number,
): Promise<'joined' | 'absent'> {
  await leases.lockspaces.join(subject.area, hostId, IO_TIMEOUT_S);
  for (let turn = 0; turn < 400; turn++) {
    const state = await leases.lockspaces.state(subject.area, hostId);
    if (state !== 'joining') return state;
    await subject.wait(100);
  }
  throw new Error('joining has not ended');
}

/** sanlock needs a moment after joining to look at its neighbours. */
async function hostsOf(subject: LeaseSubject, leases: LeaseManager): Promise<readonly LeaseHost[]> {
  for (let turn = 0; turn < 50; turn++) {
    try {
      return await leases.lockspaces.hosts(subject.area.lockspace);
    } catch (error) {
      if (!hasCode('EAGAIN')(error)) throw error;
      await subject.wait(100);
    }
  }
  throw new Error('no hosts in time');
}

/** The contract L1 to L4 of ports/src/lease-manager.ts, but for what needs hung storage. */
export function leaseManagerContract(name: string, create: () => Promise<LeaseSubject>): void {
  const check = (title: string, body: (subject: LeaseSubject) => Promise<void>): void => {
    it(title, async () => {
      const subject = await create();
      try {
        await body(subject);
      } finally {
        await subject.dispose();
      }
    });
  };

  describe(`lease manager contract: ${name}`, () => {
    check('an unformatted lockspace is told apart', async ({ first, area }) => {
      await assert.rejects(
        first.areas.readLockspace(area),
        hasCode('SANLK_LEADER_MAGIC', 'EMSGSIZE'),
      );
    });

    check('a lockspace keeps the io_timeout it was formatted with', async ({ first, area }) => {
      await first.areas.writeLockspace(area, 3);
      assert.deepEqual(await first.areas.readLockspace(area), { ioTimeoutS: 3 });
    });

    check('a new resource has no owner', async ({ first, area, resources }) => {
      await first.areas.writeLockspace(area, IO_TIMEOUT_S);
      await first.areas.writeResource(resources[0]);
      assert.deepEqual(await first.areas.readResource(resources[0]), { version: 0, owners: [] });
    });

    check('L3: joining is asynchronous and idempotent', async (subject) => {
      const { first, area } = subject;
      await first.areas.writeLockspace(area, IO_TIMEOUT_S);
      assert.equal(await first.lockspaces.state(area, 1), 'absent');
      await first.lockspaces.join(area, 1, IO_TIMEOUT_S);
      assert.equal(await first.lockspaces.state(area, 1), 'joining');
      assert.equal(await join(subject, first, 1), 'joined');
      assert.equal(await join(subject, first, 1), 'joined');
      const [host] = await hostsOf(subject, first);
      assert.equal(host?.hostId, 1);
      assert.equal(host?.ioTimeoutS, IO_TIMEOUT_S);
      assert.equal(host?.state, 'live');
    });

    check('a lockspace that is not joined has no hosts to show', async ({ first }) => {
      await assert.rejects(first.lockspaces.hosts('no-such-lockspace'), hasCode('ENOENT'));
    });

    check('no lease without a host id', async ({ first, area, resources }) => {
      await first.areas.writeLockspace(area, IO_TIMEOUT_S);
      await first.areas.writeResource(resources[0]);
      await assert.rejects(first.holder.acquire(resources[0]), hasCode('ENOSPC'));
    });

    check('a lease names its owner, and is free after release', async (subject) => {
      const { first, area, resources } = subject;
      await first.areas.writeLockspace(area, IO_TIMEOUT_S);
      for (const resource of resources) await first.areas.writeResource(resource);
      await join(subject, first, 2);
      await first.holder.acquire(resources[0]);
      await first.holder.acquire(resources[0]);
      const held = await first.areas.readResource(resources[0]);
      assert.deepEqual(held, { version: 1, owners: [{ hostId: 2, generation: 1 }] });
      assert.deepEqual((await first.areas.readResource(resources[1])).owners, []);
      await first.holder.release(resources[0]);
      await first.holder.release(resources[0]);
      assert.deepEqual((await first.areas.readResource(resources[0])).owners, []);
    });

    check('L4: a lockspace in use is not left', async (subject) => {
      const { first, area, resources } = subject;
      await first.areas.writeLockspace(area, IO_TIMEOUT_S);
      await first.areas.writeResource(resources[0]);
      await join(subject, first, 1);
      await first.holder.acquire(resources[0]);
      await assert.rejects(first.lockspaces.leave(area, 1), hasCode('EBUSY'));
      assert.equal(await first.lockspaces.state(area, 1), 'joined');
      await first.holder.release(resources[0]);
      await first.lockspaces.leave(area, 1);
      await first.lockspaces.leave(area, 1);
      assert.equal(await first.lockspaces.state(area, 1), 'absent');
    });

    check('I4: a lease that another host holds is lost as such', async (subject) => {
      const { first, second, area, resources } = subject;
      if (second === undefined) return;
      await first.areas.writeLockspace(area, IO_TIMEOUT_S);
      await first.areas.writeResource(resources[0]);
      await Promise.all([join(subject, first, 1), join(subject, second, 2)]);
      await first.holder.acquire(resources[0]);
      await assert.rejects(second.holder.acquire(resources[0]), isHeldElsewhere);
      await first.holder.release(resources[0]);
      await second.holder.acquire(resources[0]);
      const { owners, version } = await first.areas.readResource(resources[0]);
      assert.deepEqual([owners[0]?.hostId, version], [2, 2]);
      await second.holder.release(resources[0]);
    });

    check('a host id that another host holds is not joined', async (subject) => {
      const { first, second, area } = subject;
      if (second === undefined) return;
      await first.areas.writeLockspace(area, IO_TIMEOUT_S);
      assert.equal(await join(subject, first, 1), 'joined');
      // sanlock gives up only after the time in which a dead host would have been reset.
      await second.lockspaces.join(area, 1, IO_TIMEOUT_S);
      for (let turn = 0; turn < 10; turn++) {
        await subject.wait(700);
        assert.notEqual(await second.lockspaces.state(area, 1), 'joined');
      }
      assert.equal(await first.lockspaces.state(area, 1), 'joined');
    });
  });
}
