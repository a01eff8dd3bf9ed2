import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  HeError,
  LeaseError,
  type LockspaceState,
  type Lockspaces,
  type Log,
} from '@hosted-engine/ports';
import { ManualClock } from '@hosted-engine/ports/fakes/manual-clock';
import { createHostIdGuard } from '../src/host-id-guard.js';

type Mood = LockspaceState | 'silent' | 'hangs';

/** A guard whose sanlock answers what `sanlock.state` says by then; one that hung, when `answer` is called. */
async function setUp(state: Mood = 'joined') {
  const clock = new ManualClock();
  const sanlock = {
    state,
    /** Of the storage domain's lockspace. */
    domain: 'joined' as 'joined' | 'absent' | 'silent',
    joins: 0,
    leaves: 0,
    answer: (_late: LockspaceState): void => undefined,
  };
  const said: string[] = [];
  const say = (text: string): number => said.push(text);
  const log: Log = { error: say, warn: say, info: say, debug() {} };
  const lockspaces = {
    join: async () => {
      sanlock.joins += 1;
    },
    state: async () => {
      if (sanlock.state === 'hangs') {
        return new Promise<LockspaceState>((resolve) => {
          sanlock.answer = resolve;
        });
      }
      if (sanlock.state === 'silent') {
        throw new HeError('HE_STORAGE_UNREACHABLE', 'the sanlock daemon does not answer');
      }
      return sanlock.state;
    },
    leave: async () => {
      sanlock.leaves += 1;
      sanlock.state = 'absent';
    },
    hosts: async (name: string) => {
      assert.equal(name, 'the-domain');
      if (sanlock.domain === 'absent') throw new LeaseError('ENOENT', 'no such lockspace', -2);
      if (sanlock.domain === 'silent') throw new LeaseError('TIMEOUT', 'no answer');
      return [];
    },
  } as unknown as Lockspaces;
  const guard = createHostIdGuard({
    lockspaces,
    hostId: 2,
    domain: 'the-domain',
    ioTimeoutS: 10,
    path: () => '/lockspace',
    clock,
    log,
  });
  const life = new AbortController();
  void guard.run(life.signal);
  await clock.advance(0);
  return { clock, sanlock, said, guard, [Symbol.dispose]: () => life.abort() };
}

test('the id is proven while sanlock says so', async () => {
  using s = await setUp();
  assert.ok(s.guard.owned());
  await s.clock.advance(60_000);
  assert.ok(s.guard.owned());
});

test('a lost id is noticed at the next look, and joined again', async () => {
  using s = await setUp();
  s.sanlock.state = 'absent';
  await s.clock.advance(2_000);
  assert.ok(!s.guard.owned());
  assert.equal(s.sanlock.joins, 1);
  s.sanlock.state = 'joined';
  await s.clock.advance(2_000);
  assert.ok(s.guard.owned());
});

for (const state of ['silent', 'hangs'] as const) {
  test(`sanlock ${state}: the last proof counts for a moment, and no longer`, async () => {
    using s = await setUp();
    s.sanlock.state = state;
    await s.clock.advance(3_000);
    assert.ok(s.guard.owned());
    await s.clock.advance(3_000);
    assert.ok(!s.guard.owned());
  });
}

test('a proof is as old as its question: one that stood still meanwhile does not believe it', async () => {
  using s = await setUp('hangs');
  await s.clock.advance(12_000);
  s.sanlock.answer('joined');
  await s.clock.advance(0);
  assert.ok(!s.guard.owned());
});

test('an id that cannot be taken is explained once', async () => {
  using s = await setUp();
  s.sanlock.state = 'absent';
  await s.clock.advance(20_000);
  assert.match(s.guard.problem() ?? '', /^host id 2 cannot be taken: another host uses it/);
  assert.equal(s.said.filter((line) => line.includes('cannot be taken')).length, 1);
});

test('a sanlock that does not answer is told once', async () => {
  using s = await setUp();
  s.sanlock.state = 'silent';
  await s.clock.advance(60_000);
  assert.equal(s.said.filter((line) => line.includes('does not answer')).length, 1);
  s.sanlock.state = 'joined';
  await s.clock.advance(2_000);
  assert.match(s.said.at(-1) ?? '', /host id 2 is this host's/);
});

/** Above the longest that sanlock takes to join: 60 s and 16 io_timeouts, looked at every 20 s. */
const OVERDUE_MS = (60 + 16 * 10 + 21) * 1000;

test('an id that is not ours in the storage domain is given back, until it is ours there', async () => {
  using s = await setUp();
  s.sanlock.domain = 'absent';
  await s.clock.advance(200_000);
  assert.ok(s.guard.owned(), 'sanlock may still be joining the domain');
  await s.clock.advance(60_000);
  assert.ok(!s.guard.owned());
  assert.equal(s.sanlock.leaves, 1);
  assert.match(s.guard.problem() ?? '', /^host id 2 is not this host's in the storage domain/);
  await s.clock.advance(300_000);
  assert.equal(s.sanlock.joins, 0, 'the other host is to have it');
  assert.equal(s.said.filter((line) => line.includes('in the storage domain')).length, 1);

  s.sanlock.domain = 'joined';
  await s.clock.advance(2_000);
  assert.equal(s.sanlock.joins, 1);
  s.sanlock.state = 'joined';
  await s.clock.advance(2_000);
  assert.ok(s.guard.owned());
  assert.equal(s.guard.problem(), undefined);
});

test('an id is kept while nobody knows whether it is ours in the storage domain (I5)', async () => {
  using s = await setUp();
  s.sanlock.domain = 'silent';
  await s.clock.advance(2 * OVERDUE_MS);
  s.sanlock.domain = 'absent';
  await s.clock.advance(100_000);
  s.sanlock.domain = 'silent';
  await s.clock.advance(20_000);
  s.sanlock.domain = 'absent';
  await s.clock.advance(100_000);
  assert.ok(s.guard.owned());
  assert.equal(s.sanlock.leaves, 0);
});

test('the wait for the storage domain begins anew with each membership', async () => {
  using s = await setUp();
  s.sanlock.domain = 'absent';
  await s.clock.advance(20_000);
  s.sanlock.state = 'absent';
  await s.clock.advance(2 * OVERDUE_MS);
  s.sanlock.state = 'joined';
  await s.clock.advance(100_000);
  assert.ok(s.guard.owned());
});
