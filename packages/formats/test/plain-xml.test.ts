import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attributeOf, PlainXmlError, parsePlainXml } from '../src/plain-xml.js';

const leaf = (name: string, ...children: string[]) => ({ name, attributeText: '', children });

const GOOD: readonly (readonly [string, string, unknown])[] = [
  ['an element', '<a/>', leaf('a')],
  ['text', '<a> b </a>', leaf('a', ' b ')],
  ['a declaration, comments and blanks', "<?xml version='1.0'?>\n<!-- <b> -->\n<a/>\n", leaf('a')],
  ['entities', '<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x1F600;</a>', leaf('a', '<>&"\'A\u{1f600}')],
  ['CDATA as it is', '<a><![CDATA[<b>&lt;]]></a>', leaf('a', '<b>&lt;')],
  ['line ends as one character', '<a>1\r\n2\r3&#13;</a>', leaf('a', '1\n2\n3\r')],
  ['elements within', '<a>1<b/>2</a>', { ...leaf('a'), children: ['1', leaf('b'), '2'] }],
];

for (const [name, text, root] of GOOD) {
  test(`reads ${name}`, () => {
    assert.deepEqual(parsePlainXml(text), root);
  });
}

test('reads attributes by their names without prefix', () => {
  const root = parsePlainXml('<a b="1>2" x:c=\'d &amp; "e"\' cc="3">x</a >');
  assert.deepEqual(root.children, ['x']);
  assert.deepEqual(
    ['b', 'c', 'cc', 'd'].map((name) => attributeOf(root, name)),
    ['1>2', 'd & "e"', '3', undefined],
  );
});

const BAD: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['text alone', 'a'],
  ['two roots', '<a/><b/>'],
  ['text beside the root', '<a/>b'],
  ['an element that is not closed', '<a><b></b>'],
  ['the wrong end', '<a><b></a></b>'],
  ['an end too many', '<a/></a>'],
  ['a tag cut off', '<a'],
  ['an ampersand that begins nothing', '<a>b & c</a>'],
  ['an entity that is not known', '<a>&nbsp;</a>'],
  ['a character that does not exist', '<a>&#x110000;</a>'],
  ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
  ['more depth than a message has', `${'<a>'.repeat(200)}${'</a>'.repeat(200)}`],
];

for (const [name, text] of BAD) {
  test(`refuses ${name}`, () => {
    assert.throws(() => parsePlainXml(text), PlainXmlError);
  });
}

test('a long text takes time in proportion', () => {
  const text = 'QUJD'.repeat(250_000);
  assert.deepEqual(parsePlainXml(`<a>${text}</a>`), leaf('a', text));
});
