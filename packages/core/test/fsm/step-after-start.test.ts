import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { known, step, unknown } from '../../src/index.js';
import { checkRows, down, type Row, running, up } from './rows.js';
import { CONFIG, machineIn, NOW_S, peer, seeing } from './situations.js';

const ROWS: readonly Row[] = [
  [
    'a start that was cancelled for a peer that runs the VM is not made again (I4)',
    machineIn('EngineStart', { peersNow: [peer(2, { engine: up })] }),
    {},
    'EngineDown',
    [],
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
      vacantSinceS: NOW_S - 31,
    }),
    {},
    'EngineStart',
    ['start-vm'],
  ],
  [
    "row 7: sanlock ends QEMU politely first: with the storage away that is no admin's shutdown",
    machineIn('EngineUp', { wasUp: true }),
    { vm: down('shut-down'), storage: known(false) },
    'EngineDown',
    ['forget-vm'],
  ],
  [
    'row 7: nor is a VM that vanished while nothing is known of the storage (I5)',
    machineIn('EngineUp', { wasUp: true }),
    { vm: known({ kind: 'absent' }), storage: unknown('no answer') },
    'EngineDown',
    ['forget-vm'],
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
  [
    'it has not appeared anywhere yet: wait on',
    machineIn('EngineMaybeAway', { peersNow: [peer(2)] }, { deadlineS: NOW_S + 30 }),
    {},
    'EngineMaybeAway',
    [],
  ],
  [
    'it appeared on another host: no more waiting',
    machineIn(
      'EngineMaybeAway',
      { peersNow: [peer(2, { engine: up })] },
      { deadlineS: NOW_S + 30 },
    ),
    {},
    'EngineDown',
    [],
  ],
  ['started by hand: taken on', machineIn('EngineDown'), { vm: running() }, 'EngineStarting', []],
];

describe('step(): what becomes of a start', () => {
  checkRows(ROWS);

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
