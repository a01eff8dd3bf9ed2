import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Document } from '../../src/api/entity.js';
import { writeJson } from '../../src/api/json-writer.js';
import { representationFor } from '../../src/api/reply.js';
import { writeXml } from '../../src/api/xml-writer.js';

const HOST: Document = {
  kind: 'collection',
  name: 'hosts',
  item: 'host',
  entities: [
    {
      kind: 'entity',
      id: 'h1',
      href: '/api/hosts/h1',
      links: [{ href: '/api/hosts/h1/nics', rel: 'nics' }],
      members: {
        name: 'a<b>&"c"',
        comment: '',
        score: 3400,
        active: true,
        load: { kind: 'decimal', value: 0.5 },
        time: { kind: 'date', epochMs: 1_700_000_000_123 },
        cluster: { kind: 'entity', id: 'c1', href: '/api/clusters/c1', members: {} },
        proxies: { kind: 'list', item: 'proxy', items: ['x', 'y'] },
        none: { kind: 'list', item: 'proxy', items: [] },
        absent: undefined,
      },
    },
  ],
};

test('XML: attributes, escapes, nothing for empty members', () => {
  assert.equal(
    writeXml(HOST),
    `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<hosts>
    <host href="/api/hosts/h1" id="h1">
        <link href="/api/hosts/h1/nics" rel="nics"/>
        <name>a&lt;b&gt;&amp;&quot;c&quot;</name>
        <score>3400</score>
        <active>true</active>
        <load>0.5</load>
        <time>2023-11-14T22:13:20.123+00:00</time>
        <cluster href="/api/clusters/c1" id="c1"/>
        <proxies>
            <proxy>x</proxy>
            <proxy>y</proxy>
        </proxies>
    </host>
</hosts>
`,
  );
});

test('JSON: singular array, integers and booleans as texts, dates as numbers', () => {
  assert.deepEqual(JSON.parse(writeJson(HOST)), {
    host: [
      {
        name: 'a<b>&"c"',
        score: '3400',
        active: 'true',
        load: 0.5,
        time: 1_700_000_000_123,
        cluster: { id: 'c1', href: '/api/clusters/c1' },
        proxies: { proxy: ['x', 'y'] },
        link: [{ href: '/api/hosts/h1/nics', rel: 'nics' }],
        href: '/api/hosts/h1',
        id: 'h1',
      },
    ],
  });
});

test('an empty collection', () => {
  const empty: Document = { kind: 'collection', name: 'hosts', item: 'host', entities: [] };
  assert.equal(writeJson(empty), '{}\n');
  assert.match(writeXml(empty), /<hosts\/>/);
});

test('characters that XML forbids do not get there', () => {
  const document: Document = {
    kind: 'entity',
    name: 'host',
    entity: { kind: 'entity', members: { name: 'a\u0000b\u001b' } },
  };
  assert.match(writeXml(document), /<name>a\uFFFDb\uFFFD<\/name>/);
});

const ACCEPTED: readonly [string | undefined, 'xml' | 'json'][] = [
  [undefined, 'xml'],
  ['*/*', 'xml'],
  ['application/xml', 'xml'],
  ['application/json', 'json'],
  ['application/json, text/plain, */*', 'json'],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'xml'],
  ['application/json;q=0.5, application/xml', 'xml'],
];

for (const [accept, expected] of ACCEPTED) {
  test(`Accept: ${accept} gives ${expected}`, () => {
    assert.equal(representationFor(accept), expected);
  });
}
