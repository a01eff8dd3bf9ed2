import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Figure, isKept, median } from '../src/figure.js';
import { reportJson, reportText } from '../src/report.js';

const FIGURE: Figure = {
  name: 'delay',
  unit: 's',
  values: [0.4, 1.9, 0.6],
  medianMax: 1,
  worstMax: 2,
  note: 'by a stop-watch',
};

test('the median of an even number of values lies between the two in the middle', () => {
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.equal(median([3, 1, 2]), 2);
  assert.ok(Number.isNaN(median([])));
});

const KEPT: readonly (readonly [string, Partial<Figure>, boolean])[] = [
  ['median and worst within their bounds', {}, true],
  ['the worst beyond its bound', { values: [0.1, 0.1, 2.1] }, false],
  ['the median beyond its bound', { values: [1.1, 1.2] }, false],
  ['nothing measured', { values: [] }, false],
];

for (const [name, change, kept] of KEPT) {
  test(`${name}: ${kept ? 'kept' : 'missed'}`, () => {
    assert.equal(isKept({ ...FIGURE, ...change }), kept);
  });
}

test('the table says what was measured, what was not, and how', () => {
  const text = reportText([FIGURE, { name: 'migration', why: 'no lab' }]);
  assert.equal(
    text,
    [
      '       median   worst   at most       values',
      'delay  0.600 s  1.90 s  1, worst 2 s  3       kept',
      '',
      'delay: by a stop-watch',
      'migration: not measured: no lab',
      '',
    ].join('\n'),
  );
});

test('the JSON has the same', () => {
  const [figure, omission] = JSON.parse(reportJson([FIGURE, { name: 'x', why: 'y' }])) as [
    Record<string, unknown>,
    unknown,
  ];
  assert.deepEqual(
    [figure['median'], figure['worst'], figure['kept'], figure['values']],
    [0.6, 1.9, true, [0.4, 1.9, 0.6]],
  );
  assert.deepEqual(omission, { name: 'x', why: 'y' });
});
