import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { cut, tail, wrap } from '../../src/text/fit.js';

describe('wrapping', () => {
  test('breaks at words and keeps the indentation', () => {
    assert.deepEqual(wrap('  one two three', 9), ['  one two', '  three']);
  });

  test('breaks a word that is longer than the line', () => {
    assert.deepEqual(wrap('nas.example.com:/exports', 10), ['nas.exampl', 'e.com:/exp', 'orts']);
  });

  test('columns of a table stay where they are', () => {
    assert.deepEqual(wrap('Score     : 3400 and more', 17), ['Score     : 3400', 'and more']);
  });

  test('no line is ever wider, none is lost, and control characters stay off the terminal', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 40 }), (text, width) => {
        const lines = wrap(text, width);
        assert.ok(lines.length >= 1);
        for (const line of lines) {
          assert.ok(line.length <= width, `${JSON.stringify(line)} in ${width}`);
          assert.doesNotMatch(line, /\p{Cc}/u);
        }
        const letters = (given: string): string => given.replaceAll(/[\s\p{Cc}?]/gu, '');
        assert.equal(letters(lines.join('')), letters(text));
      }),
    );
  });
});

test('what is cut off is marked', () => {
  assert.equal(cut('host1.lab.test', 14), 'host1.lab.test');
  assert.equal(cut('host1.lab.test', 6), 'host1~');
  assert.equal(cut('\u001b[2J', 6), '?[2J');
});

test('a window shows the end, or what was before it, and is full when it can be', () => {
  const lines = [1, 2, 3, 4, 5];
  assert.deepEqual(tail(lines, 2), [4, 5]);
  assert.deepEqual(tail(lines, 2, 1), [3, 4]);
  assert.deepEqual(tail(lines, 2, 9), [1, 2]);
  assert.deepEqual(tail(lines, 9, 3), lines);
});
