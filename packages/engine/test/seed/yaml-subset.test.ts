import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseYaml } from '../../src/seed/yaml-subset.js';

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const READ: readonly [string, string, unknown][] = [
  ['nothing', '# only a comment\n\n', {}],
  [
    'nested mappings',
    'a:\n  b: 1\n  c:\n    d: x\ne: y\n',
    { a: { b: '1', c: { d: 'x' } }, e: 'y' },
  ],
  ['a sequence below its key, indented', 'a:\n  - 1\n  - 2\n', { a: ['1', '2'] }],
  ['a sequence below its key, not indented', 'a:\n- 1\n- 2\nb: 3\n', { a: ['1', '2'], b: '3' }],
  [
    'mappings in a sequence',
    'r:\n  - to: default\n    via: 10.0.0.1\n  - to: x\n',
    {
      r: [{ to: 'default', via: '10.0.0.1' }, { to: 'x' }],
    },
  ],
  [
    'a literal block',
    'k: |\n  one\n    two\n\n  three\nn: 1\n',
    { k: 'one\n  two\n\nthree\n', n: '1' },
  ],
  ['a literal block without its end', 'k: |-\n  one\n  two\n', { k: 'one\ntwo' }],
  ['a folded block', 'k: >-\n  one\n  two\n', { k: 'one two' }],
  ['double quotes', 'k: "a \\"b\\" \\\\ \\u00e9: # x"\n', { k: 'a "b" \\ é: # x' }],
  ['single quotes', "k: 'it''s # x'\n", { k: "it's # x" }],
  ['comments after values', 'k: v # note\nl: a#b\n', { k: 'v', l: 'a#b' }],
  [
    'colons inside values',
    'mac: 52:54:00:aa:bb:cc\nurl: http://x/\n',
    {
      mac: '52:54:00:aa:bb:cc',
      url: 'http://x/',
    },
  ],
  [
    'flow collections',
    'a: [10.0.0.1/24, "x y"]\nb: {addresses: [1.1.1.1], n: {}}\n',
    {
      a: ['10.0.0.1/24', 'x y'],
      b: { addresses: ['1.1.1.1'], n: {} },
    },
  ],
  ['quoted keys', '"a b": 1\n', { 'a b': '1' }],
  ['a document start', '---\na: 1\n', { a: '1' }],
  ['Windows line ends', 'a: 1\r\nb: |\r\n  x\r\n', { a: '1', b: 'x\n' }],
  ['an empty value', 'a:\nb: 1\n', { a: '', b: '1' }],
  ['a dash at the start of a value', 'a: -x\nb: "- y"\n', { a: '-x', b: '- y' }],
];

for (const [name, text, expected] of READ) {
  test(`reads ${name}`, () => assert.deepEqual(plain(parseYaml(text, 'file')), expected));
}

const REFUSED: readonly [string, string, RegExp][] = [
  ['a tab as indentation', 'a:\n\tb: 1\n', /line 2: a tab/],
  ['a key that is there twice', 'a: 1\na: 2\n', /line 2: the key a/],
  ['an anchor', 'a: &x 1\n', /line 1: anchors/],
  ['a line that is no entry', 'a: 1\njust text\n', /line 2/],
  ['open quotes', 'a: "x\n', /line 1: the double quotes/],
  ['an open bracket', 'a: [1, 2\n', /line 1/],
  ['a list as root', '- 1\n', /line 1: a mapping/],
  ['wrong indentation', 'a: 1\n  b: 2\n', /line 2/],
];

for (const [name, text, message] of REFUSED) {
  test(`refuses ${name} and names the line`, () => {
    assert.throws(() => parseYaml(text, 'file'), message);
  });
}

test('a key named __proto__ is a key like any other', () => {
  const map = parseYaml('__proto__:\n  x: 1\n', 'file');
  assert.deepEqual(Object.keys(map), ['__proto__']);
  assert.equal(({} as Record<string, unknown>)['x'], undefined);
});
