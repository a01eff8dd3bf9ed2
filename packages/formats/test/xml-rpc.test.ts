import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  decodeCall,
  decodeResponse,
  encodeCall,
  encodeFault,
  encodeResponse,
  XmlRpcError,
  type XmlRpcValue,
} from '../src/xml-rpc.js';

const VALUES: readonly [string, XmlRpcValue][] = [
  ['integer', 42],
  ['negative integer', -7],
  ['integer beyond 32 bits', 2 ** 40],
  ['double', 1.5],
  ['small double', 1.5e-9],
  ['true', true],
  ['false', false],
  ['nil', null],
  ['empty string', ''],
  ['string with markup and blanks', '  a < b && c > "d" \r\n\t é &amp; '],
  ['bytes', Uint8Array.from({ length: 4096 }, (_, index) => index % 256)],
  ['no bytes', new Uint8Array(0)],
  ['empty array', []],
  ['array', [1, 'two', [true, null]]],
  ['empty struct', {}],
  ['struct', { '1': Uint8Array.of(0, 255), nested: { list: [1, 2] }, 'a&b': 'x' }],
];

describe('xml-rpc', () => {
  for (const [name, value] of VALUES) {
    test(`${name}: what is encoded is decoded unchanged`, () => {
      assert.deepEqual(decodeResponse(encodeResponse(value)), { kind: 'value', value });
      assert.deepEqual(decodeCall(encodeCall('m', [value, 'last'])), {
        method: 'm',
        params: [value, 'last'],
      });
    });
  }

  test('a fault keeps its code and text', () => {
    assert.deepEqual(decodeResponse(encodeFault(-3, 'no <such> host')), {
      kind: 'fault',
      code: -3,
      message: 'no <such> host',
    });
  });

  test('a call as Python writes it', () => {
    const xml = [
      "<?xml version='1.0'?>",
      '<methodCall>',
      '<methodName>put_stats</methodName>',
      '<params>',
      '<param>',
      '<value><int>0</int></value>',
      '</param>',
      '<param>',
      '<value><base64>',
      'bWFpbnRlbmFuY2U9MQ==',
      '</base64></value>',
      '</param>',
      '</params>',
      '</methodCall>',
      '',
    ].join('\n');
    assert.deepEqual(decodeCall(xml), {
      method: 'put_stats',
      params: [0, new Uint8Array(Buffer.from('maintenance=1'))],
    });
  });

  test('a value without a type is a string, and params may be left out', () => {
    const xml =
      '<methodCall><methodName>m</methodName><params><param><value>a b</value></param></params></methodCall>';
    assert.deepEqual(decodeCall(xml).params, ['a b']);
    assert.deepEqual(decodeCall('<methodCall><methodName>m</methodName></methodCall>').params, []);
  });

  const BAD: readonly [string, string][] = [
    ['empty', ''],
    ['no XML', 'garbage'],
    ['torn', '<methodResponse><params>'],
    ['not a response', '<methodCall/>'],
    ['no value', '<methodResponse><params/></methodResponse>'],
    ['bad int', response('<int>1x</int>')],
    ['empty int', response('<int></int>')],
    ['bad boolean', response('<boolean>yes</boolean>')],
    ['bad base64', response('<base64>%%</base64>')],
    ['unknown type', response('<dateTime.iso8601>20260101T00:00:00</dateTime.iso8601>')],
    ['element inside a string', response('<string><b>x</b></string>')],
    ['fault without code', '<methodResponse><fault><value>x</value></fault></methodResponse>'],
  ];
  for (const [name, xml] of BAD) {
    test(`${name} is refused`, () => {
      assert.throws(() => decodeResponse(xml), XmlRpcError);
    });
  }

  test('a string XML cannot carry is refused', () => {
    assert.throws(() => encodeResponse('a\u0000b'), XmlRpcError);
    assert.throws(() => encodeResponse(Number.NaN), XmlRpcError);
  });
});

function response(value: string): string {
  return `<methodResponse><params><param><value>${value}</value></param></params></methodResponse>`;
}
