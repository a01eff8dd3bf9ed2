import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectProtocol } from '../../src/stomp/detect-protocol.js';
import { parseHeartBeat } from '../../src/stomp/heart-beat.js';

test('the protocol is decided by eleven bytes', () => {
  const cases: [string, ReturnType<typeof detectProtocol>][] = [
    ['', 'undecided'],
    ['CONNECT\nac', 'undecided'],
    ['CONNECT\nacc', 'stomp'],
    ['UNSUBSCRIBE', 'stomp'],
    ['SEND\ndestination', 'stomp'],
    ['GET / HTTP/1.1', 'http'],
    ['PUT /images/x', 'http'],
    ['STOMP\naccept-version:1.2', 'unknown'],
    ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'unknown'],
  ];
  for (const [bytes, expected] of cases) {
    assert.equal(detectProtocol(Buffer.from(bytes, 'latin1')), expected, JSON.stringify(bytes));
  }
});

test('a malformed or missing heart-beat is none', () => {
  assert.deepEqual(parseHeartBeat('100,200'), { sendMs: 100, receiveMs: 200 });
  for (const header of [undefined, '', '1', '1,2,3', 'a,b', '-1,5', '1, 2', '99999999999,1']) {
    assert.deepEqual(parseHeartBeat(header), { sendMs: 0, receiveMs: 0 }, String(header));
  }
});
