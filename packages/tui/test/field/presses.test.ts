import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Key } from 'ink';
import { byLetter, moved, visibleRange } from '../../src/field/choice-list.js';
import { pressesOf } from '../../src/field/presses.js';

const NO_KEY: Key = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
};

test('what arrives at once is taken apart', () => {
  assert.deepEqual(pressesOf('ab\r', NO_KEY), [
    { kind: 'text', text: 'a' },
    { kind: 'text', text: 'b' },
    { kind: 'return' },
  ]);
});

test('a control letter is no text, also within text', () => {
  assert.deepEqual(pressesOf('d', { ...NO_KEY, ctrl: true }), [{ kind: 'ctrl', letter: 'd' }]);
  assert.deepEqual(pressesOf('a\u0015', NO_KEY), [
    { kind: 'text', text: 'a' },
    { kind: 'ctrl', letter: 'u' },
  ]);
});

test('both erasing keys erase', () => {
  for (const name of ['backspace', 'delete'] as const) {
    assert.deepEqual(pressesOf('', { ...NO_KEY, [name]: true }), [{ kind: 'backspace' }]);
  }
  assert.deepEqual(pressesOf('\u007fx', NO_KEY), [
    { kind: 'backspace' },
    { kind: 'text', text: 'x' },
  ]);
});

test('keys that mean nothing here are dropped', () => {
  assert.deepEqual(pressesOf('x', { ...NO_KEY, meta: true }), []);
  assert.deepEqual(pressesOf('', NO_KEY), []);
});

test('a long list shows the part around what is chosen, and ends at its ends', () => {
  assert.deepEqual(visibleRange(3, 2, 10), { from: 0, to: 3 });
  assert.deepEqual(visibleRange(20, 10, 4), { from: 8, to: 12 });
  assert.deepEqual(visibleRange(20, 19, 4), { from: 16, to: 20 });
  assert.equal(moved(3, 2, 1), 2);
  assert.equal(moved(3, 0, -1), 0);
  assert.equal(moved(0, 0, 1), 0);
});

test('a letter chooses the next item that begins with it', () => {
  const items = ['cdrom', 'disk', 'pxe', 'Disk2'];
  assert.equal(byLetter(items, 0, 'd'), 1);
  assert.equal(byLetter(items, 1, 'D'), 3);
  assert.equal(byLetter(items, 3, 'd'), 1);
  assert.equal(byLetter(items, 0, 'x'), undefined);
});
