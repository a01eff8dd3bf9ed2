import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseXml, XmlError } from '../../src/xml/parse-xml.js';
import { serializeXml } from '../../src/xml/serialize-xml.js';
import { element, type XmlNode } from '../../src/xml/xml-tree.js';

describe('parseXml() and serializeXml()', () => {
  test('keep order, blanks, comments, CDATA and prefixes', () => {
    const xml =
      "<domain a='1' b=' x '>\n  <n:y xmlns:n='u'>t</n:y><!-- c --> <z/><z q=''/>ž<![CDATA[<&>]]>\n</domain>";
    assert.equal(serializeXml(parseXml(`<?xml version="1.0"?>\n<!-- head -->${xml}\n`)), xml);
  });

  test('resolve references and write them again', () => {
    const root = parseXml('<a b="&quot;&#10;&lt;">&amp;&#65;&#x42;&gt;</a>');
    assert.equal(root.attributes['b'], '"\n<');
    assert.deepEqual(root.children, [{ kind: 'text', text: '&AB>' }]);
    assert.equal(serializeXml(root), "<a b='&quot;&#10;&lt;'>&amp;AB&gt;</a>");
  });

  for (const [name, xml] of [
    ['nothing', ''],
    ['no XML', 'hello'],
    ['an open element', '<a><b></a>'],
    ['two roots', '<a/><b/>'],
    ['a bare attribute', '<a b=1/>'],
    ['an unknown reference', '<a>&nosuch;</a>'],
    ['a reference without end', '<a>a & b</a>'],
    ['a document type', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'],
    ['a name that JavaScript reserves', '<__proto__/>'],
  ] as const) {
    test(`refuse ${name}`, () => {
      assert.throws(() => parseXml(xml), XmlError);
    });
  }

  const text = fc
    .string({ unit: fc.constantFrom(...'<>&"\'aé \n\t;#]-') })
    .map((value) => value.replaceAll(']]>', ''));
  const name = fc.constantFrom('a', 'ovirt-vm:vm', 'disk');
  const attributes = fc.dictionary(fc.constantFrom('x', 'y', 'xmlns:z'), text);
  const { node } = fc.letrec<{ node: XmlNode }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.record({ kind: fc.constant('text' as const), text: text.filter((value) => value !== '') }),
      fc
        .tuple(name, attributes, fc.array(tie('node'), { maxLength: 4 }))
        .map(([tag, given, children]) => element(tag, given, children)),
    ),
  }));

  test('any tree comes back as it was', () => {
    fc.assert(
      fc.property(attributes, fc.array(node, { maxLength: 4 }), (given, children) => {
        const xml = serializeXml(element('root', given, children));
        assert.equal(serializeXml(parseXml(xml)), xml);
      }),
    );
  });
});
