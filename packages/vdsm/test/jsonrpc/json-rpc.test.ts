import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bindParameters } from '../../src/jsonrpc/bind-parameters.js';
import { parseAnswerBody, parseRequestBody, toAsciiJson } from '../../src/jsonrpc/json-rpc.js';
import { isVdsmError } from '../../src/vdsm-error.js';
import { PARAMETER_ORDER } from '../../src/verbs/index.js';

describe('parseRequestBody()', () => {
  test('an object and a one-element array are the same', () => {
    const text = '{"jsonrpc":"2.0","method":"Host.ping2","id":"a"}';
    const request = { id: 'a', method: 'Host.ping2', params: {} };
    for (const body of [text, `[${text}]`]) {
      assert.deepEqual(parseRequestBody(body), {
        items: [{ kind: 'request', request }],
        isBatch: false,
      });
    }
  });

  const faulty: [string, string, number, unknown][] = [
    ['no JSON', '{', -32700, null],
    ['an empty batch', '[]', -32600, null],
    ['a number', '7', -32600, null],
    ['a wrong version', '{"jsonrpc":"1.0","method":"m","id":3}', -32600, 3],
    ['no method', '{"jsonrpc":"2.0","id":"x"}', -32600, 'x'],
    ['params of text', '{"jsonrpc":"2.0","method":"m","params":"p","id":1}', -32600, 1],
    ['an id of the wrong type', '{"jsonrpc":"2.0","method":"m","id":{}}', -32600, null],
  ];
  for (const [name, body, code, id] of faulty) {
    test(`${name} is an error`, () => {
      const [item] = parseRequestBody(body).items;
      assert.ok(item?.kind === 'invalid');
      assert.equal(item.fault.code, code);
      assert.equal(item.id, id);
    });
  }

  test('no id is a notification', () => {
    const { items } = parseRequestBody('{"jsonrpc":"2.0","method":"m"}');
    assert.deepEqual(items, [{ kind: 'notification', method: 'm' }]);
  });
});

test('JSON is ASCII on the wire and comes back whole', () => {
  const value = { text: 'Žluť 🐎 \u007f' };
  const text = toAsciiJson(value);
  assert.match(text, /^[\u0020-\u007e]*$/);
  assert.deepEqual(JSON.parse(text), value);
});

test('answers: result, error, and what is none', () => {
  assert.deepEqual(parseAnswerBody('{"jsonrpc": "2.0", "id": "i", "result": []}'), {
    jsonrpc: '2.0',
    id: 'i',
    result: [],
  });
  const error = { code: 1, message: "Virtual machine does not exist: {'vmId': 'x'}" };
  assert.deepEqual(parseAnswerBody(JSON.stringify({ jsonrpc: '2.0', id: 9, error })), {
    jsonrpc: '2.0',
    id: 9,
    error,
  });
  assert.equal(parseAnswerBody('{"jsonrpc":"2.0","id":null,"error":{"code":1}}'), undefined);
});

describe('bindParameters()', () => {
  const order = PARAMETER_ORDER['VM.shutdown'];

  test('names positional parameters, drops null where optional', () => {
    assert.deepEqual(bindParameters(order, ['v', null, 'bye']), { vmID: 'v', message: 'bye' });
    assert.deepEqual(bindParameters(order, { vmID: 'v', more: 1, delay: '30' }), {
      vmID: 'v',
      delay: '30',
    });
  });

  test('names the required parameter that is missing', () => {
    for (const given of [{}, [], { vmID: null }, JSON.parse('{"__proto__":{"vmID":"x"}}')]) {
      assert.throws(
        () => bindParameters(order, given),
        (thrown) => isVdsmError(thrown, -32602) && /no vmID/.test(thrown.message),
      );
    }
  });
});
