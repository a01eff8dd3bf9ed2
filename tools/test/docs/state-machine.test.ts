import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STATE_NAMES, TRANSITIONS } from '@hosted-engine/core';
import { arrowsOf, FRAMES } from '../../src/docs/state-machine/arrangement.js';
import { stateMachineDot } from '../../src/docs/state-machine/dot.js';
import { stateMachineSvg } from '../../src/docs/state-machine/svg.js';

test('every change of state is in the picture exactly once, and nothing else is', () => {
  const drawn = arrowsOf(TRANSITIONS).flatMap(({ from, to }) => {
    const frame = FRAMES.find(({ id }) => id === from);
    const sources = frame === undefined ? [from] : frame.members.filter((name) => name !== to);
    return sources.map((source) => `${source} ${to}`);
  });
  assert.deepEqual(drawn.sort(), TRANSITIONS.map(({ from, to }) => `${from} ${to}`).sort());
});

test('the picture is complete and stays the same: all states, an arrow head for each colour', () => {
  const picture = stateMachineSvg(TRANSITIONS);
  assert.equal(picture, stateMachineSvg(TRANSITIONS));
  for (const name of STATE_NAMES) assert.ok(picture.includes(`>${name}</text>`), name);
  const heads = [...picture.matchAll(/marker-end="url\(#([^)]+)\)"/g)].map(([, id]) => id);
  assert.ok(heads.length > 40);
  for (const id of heads) assert.ok(picture.includes(`<marker id="${id}"`), id);
  assert.ok(!picture.includes('NaN'));
});

test('the Graphviz text names every change', () => {
  const text = stateMachineDot(TRANSITIONS);
  for (const { from, to } of TRANSITIONS) assert.ok(text.includes(`  ${from} -> ${to} [`));
});
