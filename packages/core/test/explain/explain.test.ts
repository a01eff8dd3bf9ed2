// The parts of the answer that the situations of packages/ha/test/explain do not reach.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  ASSUMED_BOOT_S,
  bootTimeOf,
  type DecisionEntry,
  type ExplainInput,
  explain,
  type JournalEntry,
  known,
  leaseFloorS,
  type Machine,
  type Observation,
  type Peer,
  type PeerChange,
  renderExplanation,
  step,
  unknown,
} from '../../src/index.js';
import { CONFIG, machineIn, NOW_S, peer, seeing } from '../fsm/situations.js';

const UP = { vm: 'up', health: 'good', detail: 'Up' } as const;

function decided(from: Machine, seen: Observation): DecisionEntry {
  const { next, effects, reason, score } = step(from, seen, CONFIG);
  const { name: to, deadlineS } = next;
  const about = { kind: 'decision', wallMs: 1_000_000, hostname: 'host1', config: CONFIG } as const;
  return { ...about, from, seen, to, deadlineS, effects, reason, score };
}

function ask(now: DecisionEntry | undefined, changes: Partial<ExplainInput> = {}) {
  const input: ExplainInput = {
    hostId: 1,
    hostname: 'host1',
    now,
    ageS: 1,
    daemonFault: undefined,
    slots: undefined,
    history: [],
    damagedLines: 0,
    last: 10,
    ioTimeoutS: 10,
    timeText: (wallMs) => `${wallMs}`,
    ...changes,
  };
  const explanation = explain(input);
  return { explanation, text: renderExplanation(explanation, input) };
}

/** Slots as the daemon has them: every peer alive. */
function slotsOf(peers: readonly Peer[]): NonNullable<ExplainInput['slots']> {
  return {
    globalMaintenance: false,
    hosts: peers.map(({ slot }) => ({
      kind: 'host',
      liveness: 'live',
      record: {
        hostId: slot.hostId,
        hostTs: 1,
        score: slot.score,
        engineStatusText: JSON.stringify(slot.engine),
        hostname: slot.hostname,
        localMaintenance: slot.localMaintenance,
        stopped: slot.stopped,
        crc32: undefined,
        confOnSharedStorage: true,
        localConfTimestamp: 1,
        extra: `state=${slot.state ?? ''}\n`,
      },
    })),
  };
}

describe('explain', () => {
  test('every penalty has its figures', () => {
    const seen = seeing({
      networkShare: known(0.4),
      bridgeUp: unknown('the host daemon does not answer'),
      memoryFreeMiB: known(1000.7),
      cpuLoad: known(0.65),
      configUpToDate: known(false),
    });
    const from = machineIn('EngineDown', { failedStartsS: [NOW_S - 10] });
    const [host] = ask(decided(from, seen)).explanation.hosts;
    assert.deepEqual(host?.deductions, [
      {
        points: 1000,
        reason: 'config-stale',
        text: 'the shared configuration could not be read for some minutes',
      },
      {
        points: 960,
        reason: 'network-unreachable',
        text: 'only 40 % of the network tests succeed',
      },
      {
        points: 600,
        reason: 'bridge-down',
        text: 'the management bridge is not known to be up: the host daemon does not answer',
      },
      {
        points: 500,
        reason: 'cpu-loaded',
        text: 'the CPUs are 65 % busy, averaged over the last 15 minutes',
      },
      {
        points: 400,
        reason: 'memory-short',
        text: '1000 MiB of memory are free and the engine VM needs 4096 MiB',
      },
      {
        points: 50,
        reason: 'start-failed',
        text: '1 start of the engine VM failed here in the last 10 minutes',
      },
    ]);
  });

  test("a peer's score is explained as far as its slot tells", () => {
    const cases: readonly (readonly [Partial<Peer['slot']>, RegExp])[] = [
      [{ score: 1800 }, /1600 points are deducted, as many as a failing network test costs/],
      // A busy CPU costs up to 1000 points, whatever else costs as much.
      [{ score: 2400 }, /1000 points are deducted: "hosted-engine --explain" on host2 tells why/],
      [{ score: 3123 }, /277 points are deducted: "hosted-engine --explain" on host2 tells why/],
      [{ score: 3500 }, /a priority of its own, 100 points/],
      [{ score: 0 }, /"hosted-engine --explain" on host2 tells why/],
      [{ score: 0, state: 'EngineUnexpectedlyDown' }, /The engine VM was shut down there/],
      [{ score: 0, localMaintenance: true }, /It is in local maintenance/],
      [{ score: 0, stopped: true }, /Its HA daemon was stopped/],
    ];
    for (const [changes, expected] of cases) {
      const peers = [peer(2, changes)];
      const now = decided(machineIn('EngineDown', { peersNow: peers }), seeing({}));
      const host = ask(now, { slots: slotsOf(peers) }).explanation.hosts[1];
      assert.match(host?.sentences.join(' ') ?? '', expected);
    }
  });

  test('the lease floor is that of sanlock', () => {
    assert.equal(leaseFloorS(10), 140);
    assert.equal(leaseFloorS(1), 68);
  });

  test('who would take over, and when, with a boot that is assumed', () => {
    const peers = [peer(2, { engine: UP }), peer(3, { score: 3000 }), peer(4)];
    const now = decided(machineIn('EngineDown', { peersNow: peers }), seeing({}));
    const { takeover } = ask(now, { slots: slotsOf(peers) }).explanation;
    assert.equal(takeover.possible, true);
    assert.equal(takeover.byHostId, 1);
    assert.equal(takeover.totalS, 140 + 2 + ASSUMED_BOOT_S);
    assert.match(takeover.sentences.join(' '), /120 s are assumed for the boot/);
  });

  test('a move that is due says how long it still waits', () => {
    const peers = [peer(2)];
    const from = machineIn('EngineUp', {
      peersNow: peers,
      better: { hostId: 2, sinceS: NOW_S - 2 },
      arrivedS: NOW_S - 10,
      wasUp: true,
    });
    const seen = seeing({
      vm: known({ kind: 'running', status: 'Up' }),
      health: known('good'),
      networkShare: known(0),
    });
    const { change } = ask(decided(from, seen), { slots: slotsOf(peers) }).explanation;
    assert.match(change.sentences.join(' '), /host2 is: host1 has 1800, .* has 3400/);
    assert.match(change.sentences.join(' '), /on this host long enough, in about 50 s/);
  });

  test('250 hosts are no wall of text', () => {
    const peers = Array.from({ length: 249 }, (_, index) => peer(index + 2));
    const now = decided(machineIn('EngineDown', { peersNow: peers }), seeing({}));
    const { text } = ask(now, { slots: slotsOf(peers) });
    assert.match(text, /and 249 more that stand by with a full score/);
    assert.ok(text.split('\n').length < 40);
  });

  test('nothing is known at all', () => {
    const { text, explanation } = ask(undefined, { daemonFault: 'it is down' });
    assert.equal(explanation.takeover.possible, 'unknown');
    assert.match(text, /Whether the engine VM runs is not known here/);
  });

  test('a damaged decision that cannot be decided again is taken as it is', () => {
    const now = decided(machineIn('EngineDown'), seeing({}));
    const broken = { ...now, config: { ...now.config, timing: undefined as never } };
    assert.doesNotThrow(() => ask(broken));
  });
});

describe('the boot time', () => {
  const own = (from: string, to: string, nowS: number): JournalEntry => ({
    ...decided(machineIn('EngineDown'), seeing({ nowS })),
    wallMs: nowS * 1000,
    from: machineIn(from as 'EngineDown'),
    to: to as 'EngineDown',
  });
  const seen = (state: string, wallS: number, freshness: PeerChange['freshness'] = 'fresh') => ({
    kind: 'peers' as const,
    wallMs: wallS * 1000,
    hostId: 1,
    hostname: 'host1',
    changes: [
      {
        hostId: 2,
        hostname: 'host2',
        freshness,
        state,
        vm: 'up',
        detail: 'Up',
        score: 3400,
        localMaintenance: false,
        stopped: false,
      },
    ],
  });

  test('is the median of the latest boots, here and elsewhere', () => {
    const history = [
      own('EngineStart', 'EngineStarting', 100),
      own('EngineStarting', 'EngineUp', 140),
      own('EngineStart', 'EngineStarting', 200),
      own('EngineStarting', 'EngineUp', 290),
      seen('EngineStart', 300),
      seen('EngineStarting', 310),
      seen('EngineUp', 360),
    ];
    assert.deepEqual(bootTimeOf(history), { seconds: 50, seen: 3 });
  });

  test('a VM that was found running, or whose host fell silent, did not boot', () => {
    const history = [
      own('EngineDown', 'EngineStarting', 100),
      own('EngineStarting', 'EngineUp', 102),
      seen('EngineStart', 300),
      seen('EngineStarting', 310),
      seen('EngineStarting', 320, 'stale'),
      seen('EngineUp', 400),
    ];
    assert.deepEqual(bootTimeOf(history), { seconds: ASSUMED_BOOT_S, seen: 0 });
  });
});
