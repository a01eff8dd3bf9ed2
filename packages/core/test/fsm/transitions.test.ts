import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STATE_NAMES, step, TRANSITIONS } from '../../src/index.js';
import { anyMachine, anyObservation, drawFrom } from './any-situation.js';
import { CONFIG } from './situations.js';

const DRAWS = 400_000;

/** The changes of state of `step` in very many situations, as `from -> to`. */
function changesTaken(): ReadonlySet<string> {
  const draw = drawFrom(20_260);
  const taken = new Set<string>();
  for (let count = 0; count < DRAWS; count += 1) {
    const before = anyMachine(draw);
    const { next } = step(before, anyObservation(draw), CONFIG);
    const isChange = next.name !== before.name || next.sinceS !== before.sinceS;
    if (isChange) taken.add(`${before.name} -> ${next.name}`);
  }
  return taken;
}

test('the table of transitions is what the state machine does: nothing is missing, nothing is dead', () => {
  // The loop enters AgentStopped, when it ends.
  const listed = TRANSITIONS.filter(({ to }) => to !== 'AgentStopped');
  const expected = listed.map(({ from, to }) => `${from} -> ${to}`);
  assert.deepEqual([...changesTaken()].sort(), expected.sort());
});

test('every state can be reached, and left but for the last', () => {
  for (const name of STATE_NAMES) {
    const entered = TRANSITIONS.some(({ from, to }) => to === name && from !== name);
    const left = TRANSITIONS.some(({ from, to }) => from === name && to !== name);
    assert.equal(entered, name !== 'StartState', name);
    assert.equal(left, name !== 'AgentStopped', name);
  }
});
