import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { known, type Machine, type Observation, step, unknown } from '../../src/index.js';
import { CONFIG, machineIn, NOW_S, peer, seeing } from './situations.js';

type Row = readonly [
  rule: string,
  from: Machine,
  seen: Partial<Observation>,
  to: string,
  effects: readonly string[],
];

const running = (status = 'Up') => known({ kind: 'running', status } as const);
const down = (cause: 'crashed' | 'shut-down' | 'lease-held' | 'start-failed' | 'migrated-away') =>
  known({ kind: 'down', cause, detail: cause } as const);
const heldBy = (byHostId: number, owner: 'live' | 'failing' | 'gone' | 'unknown') =>
  known({ kind: 'held', byHostId, owner, grantableInS: undefined } as const);
const up = { vm: 'up', health: 'good', detail: 'Up' } as const;
const parked = { vm: 'up', health: 'bad', detail: 'WaitForLaunch' } as const;
const dead = peer(2, { engine: up, freshness: 'stale', silentS: 8 });

const ROWS: readonly Row[] = [
  ['a free lease and no peer: start', machineIn('EngineDown'), {}, 'EngineStart', ['start-vm']],
  [
    'equal score: the lower host id first',
    machineIn('EngineDown', { peersNow: [peer(2)] }),
    {},
    'EngineStart',
    ['start-vm'],
  ],
  [
    'equal score: the higher host id stands by',
    machineIn('EngineDown', { peersNow: [peer(2)] }),
    { hostId: 3 },
    'EngineDown',
    [],
  ],
  [
    'a better peer goes first',
    machineIn('EngineDown', { peersNow: [peer(2)] }),
    { networkShare: known(0.5) },
    'EngineDown',
    [],
  ],
  [
    'a standby gets its turn when the first did not use it',
    machineIn('EngineDown', { peersNow: [peer(2)], vacantSinceS: NOW_S - 21 }),
    { hostId: 3 },
    'EngineStart',
    ['start-vm'],
  ],
  [
    'the engine runs on a fresh peer: nothing',
    machineIn('EngineDown', { peersNow: [peer(2, { engine: up })] }),
    {},
    'EngineDown',
    [],
  ],
  [
    'a peer is parked on the lease: stand by',
    machineIn('EngineDown', { peersNow: [peer(2, { engine: parked, waitingSinceS: NOW_S - 60 })] }),
    {},
    'EngineDown',
    [],
  ],
  [
    'a peer is parked for ever: do not wait for it',
    machineIn('EngineDown', {
      peersNow: [peer(2, { engine: parked, waitingSinceS: NOW_S - 300, score: 0 })],
    }),
    {},
    'EngineStart',
    ['start-vm'],
  ],
  [
    'row 1: the silent owner still renews its host id: no attempt',
    machineIn('EngineDown', { peersNow: [dead] }),
    { lease: heldBy(2, 'live') },
    'EngineDown',
    [],
  ],
  [
    'row 1: the silent owner fails to renew: park on its lease',
    machineIn('EngineDown', { peersNow: [dead] }),
    { lease: heldBy(2, 'failing') },
    'EngineStart',
    ['start-vm'],
  ],
  [
    'row 1: the owner is dead: start',
    machineIn('EngineDown', { peersNow: [dead] }),
    { lease: heldBy(2, 'gone') },
    'EngineStart',
    ['start-vm'],
  ],
  [
    'an owner of unknown state is not dead',
    machineIn('EngineDown', { peersNow: [dead] }),
    { lease: heldBy(2, 'unknown') },
    'EngineDown',
    [],
  ],
  [
    'an unknown lease is not free',
    machineIn('EngineDown'),
    { lease: unknown('no answer') },
    'EngineDown',
    [],
  ],
  [
    'unknown storage: no attempt',
    machineIn('EngineDown'),
    { storage: unknown('hung') },
    'EngineDown',
    [],
  ],
  [
    'unusable storage: no attempt',
    machineIn('EngineDown'),
    { storage: known(false) },
    'EngineDown',
    [],
  ],
  [
    'unreadable slots: no attempt',
    machineIn('EngineDown'),
    { slots: unknown('hung') },
    'EngineDown',
    [],
  ],
  [
    'unknown global maintenance: no attempt',
    machineIn('EngineDown'),
    { globalMaintenance: unknown('torn') },
    'EngineDown',
    [],
  ],
  [
    'unknown VM state: nothing',
    machineIn('EngineDown'),
    { vm: unknown('hostd restarts') },
    'UnknownLocalVmState',
    [],
  ],
  [
    'global maintenance: nothing',
    machineIn('EngineDown'),
    { globalMaintenance: known(true) },
    'GlobalMaintenance',
    [],
  ],
  [
    'global maintenance over an expired timer (defect 10)',
    machineIn('EngineUpBadHealth', { wasUp: true }, { deadlineS: NOW_S - 1 }),
    { globalMaintenance: known(true), vm: running(), health: known('bad') },
    'GlobalMaintenance',
    [],
  ],
  [
    'global maintenance ended: find out afresh',
    machineIn('GlobalMaintenance'),
    {},
    'ReinitializeFSM',
    [],
  ],
  [
    'global maintenance that can no longer be read stays',
    machineIn('GlobalMaintenance'),
    { globalMaintenance: unknown('hung') },
    'GlobalMaintenance',
    [],
  ],
  [
    'local maintenance: never start',
    machineIn('LocalMaintenance'),
    { localMaintenance: true },
    'LocalMaintenance',
    [],
  ],
  [
    'local maintenance: give the VM up',
    machineIn('EngineUp', { wasUp: true }),
    { localMaintenance: true, vm: running() },
    'LocalMaintenance',
    ['shutdown-vm'],
  ],
  [
    'local maintenance: force after the time for a clean stop',
    machineIn('LocalMaintenance', {}, { deadlineS: NOW_S }),
    { localMaintenance: true, vm: running() },
    'LocalMaintenance',
    ['destroy-vm'],
  ],
  [
    'local maintenance during a stop goes on stopping (defect 10)',
    machineIn('EngineStop', { wasUp: true }, { deadlineS: NOW_S + 10 }),
    { localMaintenance: true, vm: running() },
    'LocalMaintenance',
    ['shutdown-vm'],
  ],
  [
    'row 2: a crash: clear the entry',
    machineIn('EngineUp', { wasUp: true }),
    { vm: down('crashed') },
    'EngineDown',
    ['forget-vm'],
  ],
  [
    'row 2: then restart here, with no look at the lease',
    machineIn('EngineDown', { restartHere: true, peersNow: [peer(2)] }),
    { hostId: 3, lease: unknown('not looked at') },
    'EngineStart',
    ['start-vm'],
  ],
  [
    "a crash of sanlock's making is not restarted blindly",
    machineIn('EngineDown', { restartHere: true }),
    { storage: known(false) },
    'EngineDown',
    [],
  ],
  [
    'row 2: after a second crash the others go first',
    machineIn('EngineDown', {
      disqualified: { reason: 'engine-vm-crashed-twice', untilS: NOW_S + 50 },
      peersNow: [peer(2)],
    }),
    {},
    'EngineDown',
    [],
  ],
  [
    'a crash twice on the only host: restart all the same (defect 4)',
    machineIn('EngineDown', {
      disqualified: { reason: 'engine-vm-crashed-twice', untilS: NOW_S + 50 },
    }),
    {},
    'EngineStart',
    ['start-vm'],
  ],
  [
    'row 3: shut down from inside: score 0 here',
    machineIn('EngineUp', { wasUp: true }),
    { vm: down('shut-down') },
    'EngineUnexpectedlyDown',
    ['forget-vm'],
  ],
  [
    'row 3: another host takes it',
    machineIn('EngineUnexpectedlyDown', {
      disqualified: { reason: 'engine-vm-was-shut-down', untilS: NOW_S + 500 },
      peersNow: [peer(2)],
    }),
    {},
    'EngineUnexpectedlyDown',
    [],
  ],
  [
    'row 3: no other host: this one does',
    machineIn('EngineUnexpectedlyDown', {
      disqualified: { reason: 'engine-vm-was-shut-down', untilS: NOW_S + 500 },
    }),
    {},
    'EngineStart',
    ['start-vm'],
  ],
  [
    'row 3: the others do not manage: this one does',
    machineIn('EngineUnexpectedlyDown', {
      disqualified: { reason: 'engine-vm-was-shut-down', untilS: NOW_S + 500 },
      peersNow: [peer(2)],
      vacantSinceS: NOW_S - 21,
    }),
    {},
    'EngineStart',
    ['start-vm'],
  ],
  [
    'a VM that vanished was destroyed by hand',
    machineIn('EngineUp', { wasUp: true }),
    {},
    'EngineUnexpectedlyDown',
    ['forget-vm'],
  ],
  [
    'a lost race is no failure (I4)',
    machineIn('EngineStart'),
    { vm: down('lease-held') },
    'EngineDown',
    ['forget-vm'],
  ],
  [
    'a moment of pause after a lost race',
    machineIn('EngineDown', { contendedS: NOW_S - 1 }),
    {},
    'EngineDown',
    [],
  ],
  [
    'a failed start ends in EngineDown',
    machineIn('EngineStart'),
    { vm: down('start-failed') },
    'EngineDown',
    ['forget-vm'],
  ],
  [
    'a refused start ends in EngineDown',
    machineIn('EngineStart'),
    { startRefused: { atS: NOW_S - 1, why: 'no memory' } },
    'EngineDown',
    ['forget-vm'],
  ],
  [
    'an old refusal is of another start',
    machineIn('EngineStart'),
    { startRefused: { atS: NOW_S - 200, why: 'no memory' } },
    'EngineStart',
    ['start-vm'],
  ],
  [
    'a start that is not seen yet is asked for again (F5)',
    machineIn('EngineStart'),
    {},
    'EngineStart',
    ['start-vm'],
  ],
  ['parked: wait', machineIn('EngineStart'), { vm: known({ kind: 'waiting' }) }, 'EngineStart', []],
  [
    'the guest runs: wait for the engine',
    machineIn('EngineStart'),
    { vm: running('Powering up') },
    'EngineStarting',
    [],
  ],
  [
    'healthy: up',
    machineIn('EngineStarting'),
    { vm: running(), health: known('good') },
    'EngineUp',
    [],
  ],
  [
    'never healthy: stop it',
    machineIn('EngineStarting', { wasUp: true }, { deadlineS: NOW_S }),
    { vm: running(), health: known('bad') },
    'EngineStop',
    ['shutdown-vm'],
  ],
  [
    'unhealthy',
    machineIn('EngineUp', { wasUp: true }),
    { vm: running(), health: known('bad') },
    'EngineUpBadHealth',
    [],
  ],
  [
    'unknown health is not bad (I5)',
    machineIn('EngineUp', { wasUp: true }),
    { vm: running(), health: unknown('no route') },
    'EngineUp',
    [],
  ],
  [
    'healthy again',
    machineIn('EngineUpBadHealth', { wasUp: true }),
    { vm: running(), health: known('good') },
    'EngineUp',
    [],
  ],
  [
    'unhealthy for too long: stop it',
    machineIn('EngineUpBadHealth', { wasUp: true }, { deadlineS: NOW_S }),
    { vm: running(), health: known('bad') },
    'EngineStop',
    ['shutdown-vm'],
  ],
  [
    'it ignores the shutdown',
    machineIn('EngineStop', { wasUp: true }, { deadlineS: NOW_S }),
    { vm: running() },
    'EngineForceStop',
    ['destroy-vm'],
  ],
  [
    'row 12: the daemon restarted, the VM runs',
    machineIn('ReinitializeFSM'),
    { vm: running(), health: known('good') },
    'EngineUp',
    [],
  ],
  [
    'row 12: hostd is back, the VM runs',
    machineIn('UnknownLocalVmState', { wasUp: true }),
    { vm: running(), health: known('good') },
    'EngineUp',
    [],
  ],
  [
    'after a restart, an unproven peer is waited for (defect 1)',
    machineIn('ReinitializeFSM', {
      startedS: NOW_S - 3,
      peersNow: [peer(2, { freshness: 'unproven' })],
    }),
    {},
    'ReinitializeFSM',
    [],
  ],
  [
    'but not for ever',
    machineIn('ReinitializeFSM', {
      startedS: NOW_S - 13,
      peersNow: [peer(2, { freshness: 'unproven' })],
    }),
    {},
    'EngineDown',
    [],
  ],
  [
    'a peer that still initialises is waited for (defect 2)',
    machineIn('EngineDown', {
      startedS: NOW_S - 5,
      peersNow: [peer(2, { score: 0, state: 'ReinitializeFSM' })],
    }),
    {},
    'EngineDown',
    [],
  ],
  [
    'it may have moved: wait a while',
    machineIn('EngineUp', { wasUp: true }),
    { vm: down('migrated-away') },
    'EngineMaybeAway',
    ['forget-vm'],
  ],
  ['started by hand: taken on', machineIn('EngineDown'), { vm: running() }, 'EngineStarting', []],
];

describe('step()', () => {
  for (const [rule, from, seen, to, effects] of ROWS) {
    test(rule, () => {
      const result = step(from, seeing(seen), CONFIG);
      assert.equal(result.next.name, to, result.reason);
      assert.deepEqual(
        result.effects.map((effect) => effect.kind),
        effects,
      );
      assert.notEqual(result.reason, '');
    });
  }

  test('a lost race leaves the score alone, a failed start costs 50', () => {
    const lost = step(machineIn('EngineStart'), seeing({ vm: down('lease-held') }), CONFIG);
    assert.equal(lost.score.total, 3400);
    const failed = step(machineIn('EngineStart'), seeing({ vm: down('start-failed') }), CONFIG);
    assert.equal(failed.score.total, 3350);
  });

  test('failed starts are forgotten after ten minutes', () => {
    const failedStartsS = [NOW_S - 601, NOW_S - 599];
    const result = step(machineIn('EngineDown', { failedStartsS }), seeing({}), CONFIG);
    assert.deepEqual(result.next.memory.failedStartsS, [NOW_S - 599]);
  });

  test('three hosts that see each other agree on who goes first', () => {
    const ids = [1, 2, 3];
    const starters = ids.filter((hostId) => {
      const peersNow = ids.filter((id) => id !== hostId).map((id) => peer(id));
      const from = machineIn('EngineDown', { peersNow });
      return step(from, seeing({ hostId }), CONFIG).effects.length > 0;
    });
    assert.deepEqual(starters, [1]);
  });
});
