import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from '../../src/api/reply.js';
import { groupMember, integerMember, readEntity, textMember } from '../../src/api/request-body.js';
import { BodyTooLarge, type HttpRequest } from '../../src/http/exchange.js';

function request(body: string | Uint8Array, type = 'application/xml'): HttpRequest {
  return {
    method: 'POST',
    path: '/',
    parameters: new Map(),
    isSecure: true,
    header: (name) => (name === 'content-type' ? type : undefined),
    body: async (sizeMax) => {
      const bytes = Buffer.from(body);
      if (bytes.length > sizeMax) throw new BodyTooLarge(sizeMax);
      return bytes;
    },
  };
}

test('XML and JSON of one host read the same', async () => {
  const xml = `<?xml version="1.0"?><host id="i"><name>a &amp; b</name>
    <ssh><port>2222</port></ssh><comment/><active>true</active></host>`;
  const json = {
    id: 'i',
    name: 'a & b',
    ssh: { port: 2222 },
    comment: '',
    active: true,
    none: null,
  };
  for (const entity of [
    await readEntity(request(xml), 'host'),
    await readEntity(request(JSON.stringify(json), 'application/json; charset=utf-8'), 'host'),
  ]) {
    assert.equal(textMember(entity, 'id'), 'i');
    assert.equal(textMember(entity, 'name'), 'a & b');
    assert.equal(integerMember(groupMember(entity, 'ssh') ?? {}, 'port'), 2222);
    assert.equal(textMember(entity, 'comment'), undefined);
    assert.equal(textMember(entity, 'active'), 'true');
    assert.equal(textMember(entity, 'none'), undefined);
  }
});

test('an element without members is an entity without members', async () => {
  assert.deepEqual({ ...(await readEntity(request('<host/>'), 'host')) }, {});
});

const BOMB = `<!DOCTYPE host [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><host><name>&b;</name></host>`;

const REFUSED: readonly [string, HttpRequest, number][] = [
  ['malformed XML', request('<host><name>x</host>'), 400],
  ['malformed JSON', request('{"name":', 'application/json'), 400],
  ['a JSON array', request('[]', 'application/json'), 400],
  ['an empty body', request(''), 400],
  ['another root', request('<vm/>'), 400],
  ['two roots', request('<host/><host/>'), 400],
  ['a document type', request(BOMB), 400],
  ['bytes that are not UTF-8', request(Uint8Array.of(0x3c, 0xff)), 400],
  [
    'nesting without end',
    request(`${'['.repeat(5000)}${']'.repeat(5000)}`, 'application/json'),
    400,
  ],
  ['deep XML', request(`<host>${'<a>'.repeat(500)}${'</a>'.repeat(500)}</host>`), 400],
  ['another type', request('name=x', 'application/x-www-form-urlencoded'), 415],
  ['no type', request('<host/>', ''), 415],
  ['a huge body', request('x'.repeat(2_000_000)), 413],
];

for (const [name, refused, status] of REFUSED) {
  test(`refuses ${name} with ${status}`, async () => {
    await assert.rejects(
      readEntity(refused, 'host'),
      (error) => error instanceof Fault && error.status === status,
    );
  });
}
