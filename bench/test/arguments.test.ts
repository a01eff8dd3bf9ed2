import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PARTS, parseArguments } from '../src/arguments.js';

test('without words everything is measured', () => {
  assert.deepEqual(parseArguments([]), {
    parts: PARTS,
    crashes: 5,
    kills: 3,
    moves: 3,
    seconds: 120,
    json: undefined,
  });
});

test('parts and options may stand in any order', () => {
  const { parts, crashes, json } = parseArguments([
    '--crashes',
    '2',
    'tick',
    '--json',
    '-',
    'cost',
  ]);
  assert.deepEqual([parts, crashes, json], [['tick', 'cost'], 2, '-']);
});

for (const args of [['nothing'], ['--crashes', '0'], ['--seconds', 'two'], ['--what']]) {
  test(`refuses ${args.join(' ')}`, () => {
    assert.throws(() => parseArguments(args), { code: 'HE_USAGE' });
  });
}
