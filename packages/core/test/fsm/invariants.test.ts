import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Fact,
  known,
  type LeaseLook,
  type Machine,
  type Observation,
  type StateName,
  step,
  unknown,
  type VmView,
} from '../../src/index.js';
import { CONFIG, machineIn, NOW_S, peer, seeing } from './situations.js';

const STATES: readonly StateName[] = [
  'StartState',
  'ReinitializeFSM',
  'EngineDown',
  'EngineStart',
  'EngineStarting',
  'EngineUp',
  'EngineUpBadHealth',
  'EngineStop',
  'EngineForceStop',
  'EngineUnexpectedlyDown',
  'EngineMaybeAway',
  'LocalMaintenance',
  'GlobalMaintenance',
  'UnknownLocalVmState',
];

const fact = <T>(...values: T[]): fc.Arbitrary<Fact<T>> =>
  fc.constantFrom<Fact<T>>(...values.map((value) => known(value)), unknown('not known'));

const anyVm: fc.Arbitrary<Fact<VmView>> = fact<VmView>(
  { kind: 'absent' },
  { kind: 'waiting' },
  { kind: 'running', status: 'Up' },
  { kind: 'running', status: 'Paused' },
  { kind: 'down', cause: 'crashed', detail: '' },
  { kind: 'down', cause: 'shut-down', detail: '' },
  { kind: 'down', cause: 'lease-held', detail: '' },
  { kind: 'down', cause: 'start-failed', detail: '' },
  { kind: 'down', cause: 'migrated-away', detail: '' },
);

const anyLease: fc.Arbitrary<Fact<LeaseLook>> = fact<LeaseLook>(
  { kind: 'free' },
  ...(['live', 'failing', 'gone', 'unknown'] as const).map(
    (owner) => ({ kind: 'held', byHostId: 2, owner, grantableInS: undefined }) as const,
  ),
);

const anyPeers = fc.array(
  fc.record({
    freshness: fc.constantFrom('unproven', 'fresh', 'stale', 'dead' as const),
    score: fc.constantFrom(0, 2600, 3400),
    engine: fc.constantFrom(
      { vm: 'up', health: 'good', detail: 'Up' } as const,
      { vm: 'up', health: 'bad', detail: 'WaitForLaunch' } as const,
      { vm: 'down', health: 'bad', detail: 'unknown' } as const,
      { vm: 'unknown', health: 'unknown', detail: 'unknown' } as const,
    ),
  }),
  { maxLength: 3 },
);

const anyMachine: fc.Arbitrary<Machine> = fc
  .record({
    name: fc.constantFrom(...STATES),
    wasUp: fc.boolean(),
    restartHere: fc.boolean(),
    overdue: fc.boolean(),
    vacantSinceS: fc.constantFrom(undefined, NOW_S - 100),
    peers: anyPeers,
  })
  .map(({ name, wasUp, restartHere, overdue, vacantSinceS, peers }) => {
    const peersNow = peers.map((one, index) => peer(index + 2, one));
    const deadlineS = overdue ? NOW_S - 1 : NOW_S + 60;
    return machineIn(name, { wasUp, restartHere, vacantSinceS, peersNow }, { deadlineS });
  });

const anyObservation: fc.Arbitrary<Observation> = fc
  .record({
    globalMaintenance: fact(true, false),
    localMaintenance: fc.boolean(),
    vm: anyVm,
    health: fact<'good' | 'bad'>('good', 'bad'),
    storage: fact(true, false),
    lease: anyLease,
    networkShare: fact(0, 1),
    bridgeUp: fact(true, false),
    startRefused: fc.constantFrom(undefined, { atS: NOW_S - 1, why: 'refused' }),
  })
  .map((changes) => seeing(changes));

/** Runs `rule` over many situations; the effects come as plain kinds. */
function always(
  rule: (machine: Machine, seen: Observation, kinds: readonly string[], next: Machine) => void,
): void {
  fc.assert(
    fc.property(anyMachine, anyObservation, (machine, seen) => {
      const result = step(machine, seen, CONFIG);
      assert.notEqual(result.reason, '', 'I9: each decision has a reason');
      const kinds = result.effects.map((effect) => effect.kind);
      rule(machine, seen, kinds, result.next);
    }),
    { numRuns: 5000 },
  );
}

const ACTIONS = ['start-vm', 'shutdown-vm', 'destroy-vm'];

test('I6: nothing is done to the VM in global maintenance, nor while it is unknown', () => {
  always((_machine, seen, kinds) => {
    if (seen.globalMaintenance.kind === 'known' && !seen.globalMaintenance.value) return;
    const isKnown = seen.globalMaintenance.kind === 'known' && seen.vm.kind === 'known';
    const takesBack = isKnown && seen.vm.value.kind === 'waiting';
    assert.deepEqual(
      kinds.filter((kind) => ACTIONS.includes(kind) && !(takesBack && kind === 'destroy-vm')),
      [],
    );
  });
});

test('I6: a host in local maintenance never starts the VM', () => {
  always((_machine, seen, kinds) => {
    if (seen.localMaintenance) assert.ok(!kinds.includes('start-vm'));
  });
});

test('I5: an unknown VM state is left alone', () => {
  always((_machine, seen, kinds) => {
    if (seen.vm.kind === 'unknown') assert.deepEqual(kinds, []);
  });
});

test('I5: a start needs an absent VM here', () => {
  always((_machine, seen, kinds) => {
    if (!kinds.includes('start-vm')) return;
    assert.ok(seen.vm.kind === 'known' && seen.vm.value.kind === 'absent');
  });
});

test('I5: a new attempt needs usable storage and a lease that is not live, or unknown', () => {
  always((machine, seen, kinds) => {
    if (!kinds.includes('start-vm') || machine.name === 'EngineStart') return;
    assert.ok(seen.storage.kind === 'known' && seen.storage.value);
    if (machine.memory.restartHere) return;
    assert.ok(seen.lease.kind === 'known');
    if (seen.lease.value.kind === 'held') {
      assert.ok(seen.lease.value.owner === 'failing' || seen.lease.value.owner === 'gone');
    }
  });
});

test('I4: a lost race is never counted as a failure', () => {
  always((machine, seen, _kinds, next) => {
    const lost =
      seen.vm.kind === 'known' &&
      seen.vm.value.kind === 'down' &&
      seen.vm.value.cause === 'lease-held';
    if (lost && !machine.memory.stopCountsAsFailure) {
      assert.equal(next.memory.failedStartsS.length, machine.memory.failedStartsS.length);
    }
  });
});

test('no attempt while a fresh peer runs the engine', () => {
  always((machine, _seen, kinds) => {
    if (machine.name === 'EngineStart' || machine.memory.restartHere) return;
    const running = [...machine.memory.peers.values()].some(
      (one) => one.freshness === 'fresh' && one.slot.engine.detail === 'Up',
    );
    if (running) assert.ok(!kinds.includes('start-vm'));
  });
});

test('F1: the same state and observation give the same decision', () => {
  always((machine, seen, kinds, next) => {
    const again = step(machine, seen, CONFIG);
    assert.deepEqual(again.next, next);
    assert.deepEqual(
      again.effects.map((effect) => effect.kind),
      kinds,
    );
  });
});
