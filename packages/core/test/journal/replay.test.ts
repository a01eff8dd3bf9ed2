import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  DEFAULT_WEIGHTS,
  type DecisionEntry,
  formatEntry,
  known,
  type Machine,
  type Observation,
  parseEntry,
  replayLine,
  step,
} from '../../src/index.js';
import { CONFIG, machineIn, peer, seeing, slot } from '../fsm/situations.js';

function decided(from: Machine, seen: Observation, config = CONFIG): DecisionEntry {
  const { next, effects, reason, score } = step(from, seen, config);
  return {
    kind: 'decision',
    wallMs: 1_700_000_000_000,
    hostname: 'host1',
    from,
    seen,
    config,
    to: next.name,
    deadlineS: next.deadlineS,
    effects,
    reason,
    score,
  };
}

const DOWN = machineIn('EngineDown', { peersNow: [peer(2), peer(3, { score: 3000 })] });
const SEEN = seeing({
  slots: known({ peers: [slot(2), slot(3, { score: 3000 })], readS: 10_001 }),
});
const ENTRY = decided(DOWN, SEEN);

describe('the decision journal', () => {
  test('a line holds all that was given to the step, Maps as well', () => {
    const parsed = parseEntry(formatEntry(ENTRY));
    assert.ok(parsed.kind === 'entry' && parsed.entry.kind === 'decision');
    assert.deepEqual([...parsed.entry.from.memory.peers.keys()], [2, 3]);
    // What was undefined is absent, which reads the same.
    assert.equal(formatEntry(parsed.entry), formatEntry(ENTRY));
  });

  test('a number that JSON cannot hold comes back as it was', () => {
    const entry = decided(DOWN, seeing({ cpuLoad: known(Number.NaN) }));
    const parsed = parseEntry(formatEntry(entry));
    assert.ok(parsed.kind === 'entry' && parsed.entry.kind === 'decision');
    assert.deepEqual(parsed.entry.seen.cpuLoad, known(Number.NaN));
    assert.equal(replayLine(1, formatEntry(entry)).kind, 'same');
  });

  test('the same decision again is the same', () => {
    assert.equal(replayLine(1, formatEntry(ENTRY)).kind, 'same');
  });

  test('the weights of the line count, not those of this program', () => {
    const weights = { ...DEFAULT_WEIGHTS, base: 5000, priority: 7 };
    const entry = decided(DOWN, SEEN, { ...CONFIG, weights });
    assert.equal(entry.score.total, 5007);
    assert.equal(replayLine(1, formatEntry(entry)).kind, 'same');
  });

  test('another decision is told with both sides', () => {
    const changed = { ...ENTRY, to: 'EngineStop' as const, effects: [], reason: 'because' };
    const verdict = replayLine(7, formatEntry(changed));
    assert.ok(verdict.kind === 'differs');
    assert.equal(verdict.line, 7);
    const of = new Map(verdict.differences.map((one) => [one.what, one]));
    assert.deepEqual(of.get('state'), { what: 'state', journal: 'EngineStop', replay: ENTRY.to });
    assert.equal(of.get('reason')?.journal, 'because');
  });

  const line = formatEntry(ENTRY);
  const faults: readonly (readonly [string, string, RegExp])[] = [
    ['a line that is cut off', line.slice(0, 200), /is cut off/],
    ['an empty line in between', '', /is cut off/],
    ['text', 'hello}', /no JSON object/],
    ['a list', '[1]', /no JSON object/],
    ['a line of no version', '{"wallMs":1}', /no format version/],
    ['a line of a newer version', '{"v":3}', /format version 3; this program reads 2/],
    ['a line of no kind', '{"v":2}', /kind is missing/],
    ['one without its memory', line.replace('"memory"', '"memori"'), /from\.memory/],
    ['one whose peers are no map', line.replace('{"map":', '{"mop":'), /from\.memory\.peers/],
    ['one with a senseless fact', line.replace('"lease":{"kind"', '"lease":{"kin"'), /seen\.lease/],
    [
      'one whose state is unknown',
      line.replace('"name":"EngineDown"', '"name":"Nowhere"'),
      /cannot be decided again/,
    ],
  ];
  for (const [name, text, what] of faults) {
    test(`${name} is a fault with a reason, and nothing is thrown`, () => {
      const verdict = replayLine(3, text);
      assert.ok(verdict.kind === 'fault', JSON.stringify(verdict));
      assert.match(verdict.what, what);
      assert.equal(verdict.line, 3);
    });
  }

  test('notes and news of the peers are passed over', () => {
    const note = { kind: 'note', wallMs: 1, hostId: 1, hostname: 'h', text: 'stopped' } as const;
    assert.equal(replayLine(1, formatEntry(note)).kind, 'other');
    const peers = { kind: 'peers', wallMs: 1, hostId: 1, hostname: 'h', changes: [] } as const;
    assert.equal(replayLine(1, formatEntry(peers)).kind, 'other');
  });
});
