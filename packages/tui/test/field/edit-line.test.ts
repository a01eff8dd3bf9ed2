import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Edit,
  type EditLine,
  editLine,
  fieldView,
  lineOf,
} from '../../src/field/edit-line.js';

function edited(text: string, ...edits: readonly (Edit['kind'] | string)[]): EditLine {
  return edits.reduce<EditLine>((line, edit) => {
    return editLine(line, edit.startsWith('+') ? insert(edit.slice(1)) : ({ kind: edit } as Edit));
  }, lineOf(text));
}

function insert(text: string): Edit {
  return { kind: 'insert', text };
}

describe('a line being typed', () => {
  test('letters go in where the cursor is', () => {
    assert.deepEqual(edited('nas/x', 'left', 'left', '+:'), { text: 'nas:/x', cursor: 4 });
  });

  test('the cursor stays within the line', () => {
    assert.equal(edited('ab', 'right', 'right').cursor, 2);
    assert.equal(edited('ab', 'home', 'left', 'backspace').cursor, 0);
    assert.equal(edited('ab', 'home', 'end').cursor, 2);
  });

  test('a letter outside of the basic plane is one letter', () => {
    assert.deepEqual(edited('a😀', 'backspace'), { text: 'a', cursor: 1 });
  });

  test('a word, and all before the cursor, are deleted at once', () => {
    assert.deepEqual(edited('one two three', 'delete-word'), { text: 'one two ', cursor: 8 });
    assert.deepEqual(edited('one two', 'left', 'delete-to-start'), { text: 'o', cursor: 0 });
  });

  test('control characters are not typed', () => {
    assert.equal(edited('a', '+\u001b[31m\n').text, 'a[31m');
  });
});

describe('what a field shows', () => {
  test('the part around the cursor when the line is longer', () => {
    assert.deepEqual(fieldView(lineOf('abcdef'), 4, false), { before: 'def', at: ' ', after: '' });
    const home = edited('abcdef', 'home');
    assert.deepEqual(fieldView(home, 4, false), { before: '', at: 'a', after: 'bcd' });
  });

  test('stars for a secret', () => {
    assert.deepEqual(fieldView(lineOf('abc'), 9, true), { before: '***', at: ' ', after: '' });
  });
});
