import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Health,
  known,
  type Machine,
  type Observation,
  step,
  unknown,
} from '../../src/index.js';
import { checkRows, down, parked, type Row, running, up } from './rows.js';
import { CONFIG, machineIn, NOW_S, peer, seeing } from './situations.js';

const healthy = { vm: running(), health: known<Health>('good') };
const unhealthy = { vm: running(), health: known<Health>('bad') };
const leaving = { vm: running('Migration Source') } as const;
const paused = { vm: known({ kind: 'running', status: 'Paused', pause: 'io-error' } as const) };
const isolated: Partial<Observation> = { ...healthy, networkShare: known(0) };
const heldS = NOW_S - 6;
const target = { hostId: 2, hostname: 'host2' };

const here = (
  memory: Parameters<typeof machineIn>[1] = {},
  changes: Partial<Machine> = {},
): Machine => machineIn('EngineUp', { wasUp: true, peersNow: [peer(2)], ...memory }, changes);
/** Paused, and let go on as often, the last time 10 s ago. */
const triedToResume = (resumes: number): Machine =>
  machineIn(
    'EngineUpBadHealth',
    { wasUp: true, resumes, resumedS: NOW_S - 10 },
    { deadlineS: NOW_S + 99 },
  );
const bad = (memory: Parameters<typeof machineIn>[1] = {}): Machine =>
  machineIn('EngineUpBadHealth', { wasUp: true, ...memory }, { deadlineS: NOW_S });
const migrating = (memory: Parameters<typeof machineIn>[1] = {}): Machine =>
  machineIn('EngineMigratingAway', { wasUp: true, target, ...memory }, { deadlineS: NOW_S + 100 });
const leavingForMaintenance = machineIn('LocalMaintenanceMigrateVm', {
  wasUp: true,
  target,
  peersNow: [peer(2)],
});

const MOVES: readonly Row[] = [
  ['row 5: isolated, a peer is better: not at once', here(), isolated, 'EngineUp', []],
  [
    'row 5: isolated for a while: migrate',
    here({ better: { hostId: 2, sinceS: heldS } }),
    isolated,
    'EngineMigratingAway',
    ['migrate-vm'],
  ],
  [
    'row 6: all are isolated: nothing',
    here({ better: undefined, peersNow: [peer(2, { score: 1800 })] }),
    isolated,
    'EngineUp',
    [],
  ],
  [
    'row 10: what is not measured here is no degradation (I5)',
    here({ better: { hostId: 2, sinceS: heldS } }),
    { ...healthy, bridgeUp: unknown('the host daemon hung'), cpuLoad: unknown('the same') },
    'EngineUp',
    [],
  ],
  [
    'row 10: 799 points better is not enough',
    here({ better: { hostId: 2, sinceS: heldS }, peersNow: [peer(2, { score: 3399 })] }),
    { ...healthy, bridgeUp: known(false), memoryFreeMiB: known(1), networkShare: known(0.875) },
    'EngineUp',
    [],
  ],
  [
    'it came here a moment ago: it stays a while',
    here({ better: { hostId: 2, sinceS: heldS }, arrivedS: NOW_S - 30 }),
    isolated,
    'EngineUp',
    [],
  ],
  [
    'a stale peer is no target',
    here({ better: { hostId: 2, sinceS: heldS }, peersNow: [peer(2, { freshness: 'stale' })] }),
    isolated,
    'EngineUp',
    [],
  ],
  [
    'a migration failed a moment ago: pause',
    here({ better: { hostId: 2, sinceS: heldS }, failedMovesS: [NOW_S - 30] }),
    isolated,
    'EngineUp',
    [],
  ],
  [
    'row 5: it cannot be migrated: stop here, start there',
    here({ better: { hostId: 2, sinceS: heldS }, failedMovesS: [NOW_S - 200, NOW_S - 100] }),
    isolated,
    'EngineStop',
    ['shutdown-vm'],
  ],
  [
    'the migration is asked for until it is seen (F5)',
    migrating(),
    healthy,
    'EngineMigratingAway',
    ['migrate-vm'],
  ],
  ['it is on its way', migrating(), leaving, 'EngineMigratingAway', []],
  [
    'row 16: it was on its way and runs here again: the migration failed',
    migrating({ leaving: true }),
    healthy,
    'EngineUp',
    [],
  ],
  ['it arrived', migrating(), { vm: down('migrated-away') }, 'EngineMaybeAway', ['forget-vm']],
  [
    'row 16: the migration was refused: it runs on here',
    migrating(),
    { ...healthy, moveRefused: { atS: NOW_S - 1, why: 'no memory there' } },
    'EngineUp',
    [],
  ],
  ['the guest dies on its way', migrating(), { vm: down('crashed') }, 'EngineDown', ['forget-vm']],
  ['somebody else migrates it: follow', here(), leaving, 'EngineMigratingAway', []],
  [
    'a guest that arrives here is waited for',
    machineIn('EngineDown'),
    { vm: known({ kind: 'incoming' }) },
    'EngineDown',
    [],
  ],
  [
    'a guest that arrives does not hold a maintenance that has ended',
    machineIn('LocalMaintenance'),
    { vm: known({ kind: 'incoming' }) },
    'ReinitializeFSM',
    [],
  ],
  [
    'global maintenance: no migration (I6)',
    here({ better: { hostId: 2, sinceS: heldS } }),
    { ...isolated, globalMaintenance: known(true) },
    'GlobalMaintenance',
    [],
  ],
];

const MAINTENANCE: readonly Row[] = [
  [
    'row 13: migrate away',
    here(),
    { ...healthy, localMaintenance: true },
    'LocalMaintenanceMigrateVm',
    ['migrate-vm'],
  ],
  [
    'row 13: on its way',
    leavingForMaintenance,
    { ...leaving, localMaintenance: true },
    'LocalMaintenanceMigrateVm',
    [],
  ],
  [
    'row 13: gone',
    leavingForMaintenance,
    { vm: down('migrated-away'), localMaintenance: true },
    'LocalMaintenance',
    ['forget-vm'],
  ],
  [
    'row 13: it was on its way and runs here again: pause before the next attempt',
    machineIn('LocalMaintenanceMigrateVm', { target, peersNow: [peer(2)], leaving: true }),
    { ...healthy, localMaintenance: true },
    'LocalMaintenanceMigrateVm',
    [],
  ],
  [
    'row 13: it never left: the migration failed',
    machineIn('LocalMaintenanceMigrateVm', { peersNow: [peer(2)], target }, { deadlineS: NOW_S }),
    { ...healthy, localMaintenance: true },
    'LocalMaintenanceMigrateVm',
    [],
  ],
  [
    'row 13: a second failure stops it here, so that another host starts it',
    machineIn('LocalMaintenanceMigrateVm', {
      peersNow: [peer(2)],
      target,
      failedMovesS: [NOW_S - 200, NOW_S - 100],
    }),
    { ...healthy, localMaintenance: true },
    'LocalMaintenance',
    ['shutdown-vm'],
  ],
  [
    'row 13: no target: it stays',
    here({ peersNow: [] }),
    { ...healthy, localMaintenance: true },
    'LocalMaintenanceMigrateVm',
    [],
  ],
  [
    'row 13: no target, forced: stop it',
    here({ peersNow: [] }),
    { ...healthy, localMaintenance: true, localMaintenanceForced: true },
    'LocalMaintenance',
    ['shutdown-vm'],
  ],
  [
    'a host in maintenance is no target',
    here({ peersNow: [peer(2, { localMaintenance: true })] }),
    { ...healthy, localMaintenance: true },
    'LocalMaintenanceMigrateVm',
    [],
  ],
  ['ended: find out afresh', leavingForMaintenance, healthy, 'ReinitializeFSM', []],
];

const LADDER: readonly Row[] = [
  [
    'rung 1: the service in the guest',
    bad(),
    unhealthy,
    'EngineUpBadHealth',
    ['restart-engine-service'],
  ],
  ['rung 2: the VM here', bad({ rung: 1 }), unhealthy, 'EngineStop', ['shutdown-vm']],
  [
    'rung 2 at once when there is no agent',
    machineIn(
      'EngineUpBadHealth',
      { wasUp: true, rung: 1 },
      { sinceS: NOW_S - 5, deadlineS: NOW_S + 100 },
    ),
    { ...unhealthy, serviceRefused: { atS: NOW_S - 1, why: 'no agent' } },
    'EngineStop',
    ['shutdown-vm'],
  ],
  ['rung 3: another host', bad({ rung: 2 }), unhealthy, 'EngineStop', ['shutdown-vm']],
  [
    'then the round begins anew',
    bad({ rung: 3 }),
    unhealthy,
    'EngineUpBadHealth',
    ['restart-engine-service'],
  ],
  [
    'stopped for rung 2: started here again',
    machineIn('EngineDown', { restartHere: true, peersNow: [peer(2)] }),
    { hostId: 3 },
    'EngineStart',
    ['start-vm'],
  ],
  [
    'row 9: paused on an I/O error',
    machineIn('EngineUp', { wasUp: true }),
    paused,
    'EngineUpBadHealth',
    [],
  ],
  [
    'row 9: the storage is still bad: wait',
    machineIn('EngineUpBadHealth', { wasUp: true }, { deadlineS: NOW_S + 9 }),
    { ...paused, storage: known(false) },
    'EngineUpBadHealth',
    [],
  ],
  [
    'row 9: unknown storage is not fine (I5)',
    machineIn('EngineUpBadHealth', { wasUp: true }, { deadlineS: NOW_S + 9 }),
    { ...paused, storage: unknown('hung') },
    'EngineUpBadHealth',
    [],
  ],
  [
    'row 9: the storage is back: resume',
    machineIn('EngineUpBadHealth', { wasUp: true }, { deadlineS: NOW_S + 9 }),
    paused,
    'EngineUpBadHealth',
    ['resume-vm'],
  ],
  [
    'row 9: another host has taken it over: what is paused here is a leftover',
    machineIn('EngineUpBadHealth', { wasUp: true, peersNow: [peer(2, { engine: up })] }),
    paused,
    'EngineForceStop',
    ['destroy-vm'],
  ],
  [
    'row 9: a peer whose guest is paused too has taken nothing over',
    machineIn(
      'EngineUpBadHealth',
      { wasUp: true, peersNow: [peer(2, { engine: { ...up, health: 'bad', detail: 'Paused' } })] },
      { deadlineS: NOW_S + 9 },
    ),
    paused,
    'EngineUpBadHealth',
    ['resume-vm'],
  ],
  [
    'row 9: a resume that is refused is tried again',
    triedToResume(8),
    { ...paused, resumeRefused: { atS: NOW_S - 10, why: 'no lease' } },
    'EngineUpBadHealth',
    ['resume-vm'],
  ],
  [
    'row 9: refused again and again: start it anew',
    triedToResume(9),
    { ...paused, resumeRefused: { atS: NOW_S - 10, why: 'no lease' } },
    'EngineForceStop',
    ['destroy-vm'],
  ],
  [
    'row 9: the last resume was not refused, an earlier one was',
    triedToResume(9),
    { ...paused, resumeRefused: { atS: NOW_S - 11, why: 'no lease' } },
    'EngineUpBadHealth',
    ['resume-vm'],
  ],
  ['row 9: it cannot be resumed: start it anew', bad(), paused, 'EngineForceStop', ['destroy-vm']],
  [
    'a parked start is cancelled when the engine runs elsewhere',
    machineIn('EngineStart', { peersNow: [peer(2, { engine: up })] }),
    { vm: known({ kind: 'waiting' }) },
    'EngineStart',
    ['destroy-vm'],
  ],
  [
    'two hosts are parked: both wait',
    machineIn('EngineStart', { peersNow: [peer(2, { engine: parked })] }),
    { vm: known({ kind: 'waiting' }) },
    'EngineStart',
    [],
  ],
];

describe('step(): moving the VM', () => checkRows(MOVES));
describe('step(): local maintenance of the active host', () => {
  checkRows(MAINTENANCE);

  test('row 16: a failure that was seen is not counted again when it is told', () => {
    const moveRefused = { atS: NOW_S, why: 'the target died' };
    const failedMovesS = [NOW_S - 1];
    const from = machineIn('LocalMaintenanceMigrateVm', {
      target,
      peersNow: [peer(2)],
      failedMovesS,
    });
    const seen = seeing({ ...healthy, localMaintenance: true, moveRefused });
    const isSeen = { ...from, sinceS: NOW_S - 1 };
    assert.deepEqual(step(isSeen, seen, CONFIG).next.memory.failedMovesS, failedMovesS);
    const isTold = { ...isSeen, deadlineS: NOW_S + 100 };
    assert.equal(step(isTold, seen, CONFIG).next.memory.failedMovesS.length, 2);
  });
});
describe('step(): an engine that fails in a running VM', () => {
  checkRows(LADDER);

  test('the ladder is forgotten after ten good minutes', () => {
    const from = machineIn('EngineUp', { wasUp: true, rung: 2, goodSinceS: NOW_S - 601 });
    assert.equal(step(from, seeing(healthy), CONFIG).next.memory.rung, 0);
  });

  test('after the whole ladder the pauses grow, and the reason says that it is an alert', () => {
    const again = step(bad({ rung: 3 }), seeing(unhealthy), CONFIG);
    assert.match(again.reason, /ALERT/);
    const up = machineIn('EngineUp', { wasUp: true, rung: 9 });
    const next = step(up, seeing(unhealthy), CONFIG).next;
    assert.equal((next.deadlineS ?? 0) - NOW_S, 2400);
  });

  test('row 14: after a second failed start any host without failures goes first', () => {
    const score = (count: number): number => {
      const failedStartsS = Array.from({ length: count }, () => NOW_S - 10);
      return step(machineIn('EngineDown', { failedStartsS }), seeing({}), CONFIG).score.total;
    };
    assert.deepEqual([0, 1, 2, 3, 4].map(score), [3400, 3350, 80, 70, 0]);
  });
});
