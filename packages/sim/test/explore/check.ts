// Bounded parts of `npm run explore`, which goes as deep as it is told.

import assert from 'node:assert/strict';
import { TRANSITIONS } from '@hosted-engine/core';
import { type Exploration, explore, RECOVERY_BOUND } from '../../src/explore/explore.js';
import { narrate } from '../../src/explore/narrate.js';

/** Explores; a violation fails with its story, and so does a change of state that is not in the table. */
export function check(
  hosts: number,
  depth: number,
  faults: number,
  delays: number,
  statesMin: number,
): Exploration {
  const budget = { faults, delays };
  const found = explore({ hosts, depth, budget, statesMax: 1_000_000 });
  const { violation } = found;
  if (violation !== undefined) {
    const story = narrate(violation.path, hosts, budget, RECOVERY_BOUND).join('\n');
    assert.fail(`${violation.rule}\n${story}`);
  }
  assert.equal(found.depth, depth);
  assert.ok(found.states > statesMin, `only ${found.states} states`);
  const allowed = new Set(TRANSITIONS.map(({ from, to }) => `${from} -> ${to}`));
  const others = [...found.changes].filter((change) => !allowed.has(change));
  assert.deepEqual(others, [], 'changes of state that are not in the table');
  return found;
}
