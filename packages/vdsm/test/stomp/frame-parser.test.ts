// The codec against the byte-level examples of the protocol, and against any cutting of the bytes.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { encodeFrame, type Frame, StompError } from '../../src/stomp/frame.js';
import { FrameParser } from '../../src/stomp/frame-parser.js';

const BODY_MAX = 1024 * 1024;

function parse(...chunks: (string | Buffer)[]): Frame[] {
  const parser = new FrameParser(BODY_MAX);
  return chunks.flatMap((chunk) => [...parser.push(Buffer.from(chunk))]);
}

function plain(frame: Frame): unknown {
  return [frame.command, [...frame.headers], frame.body.toString('utf8')];
}

const CONNECT_AND_SUBSCRIBE =
  'CONNECT\naccept-version:1.2\nheart-beat:0,24000\n\n\0' +
  'SUBSCRIBE\ndestination:21830178-6dc3-4bb0-802d-1175acd37d38\nack:auto\n' +
  'id:296b94ae-3e69-4d6d-a03a-b9b3e5bc2170\n\n\0';

describe('FrameParser', () => {
  test('reads CONNECT and SUBSCRIBE of one write', () => {
    assert.deepEqual(parse(CONNECT_AND_SUBSCRIBE).map(plain), [
      [
        'CONNECT',
        [
          ['accept-version', '1.2'],
          ['heart-beat', '0,24000'],
        ],
        '',
      ],
      [
        'SUBSCRIBE',
        [
          ['destination', '21830178-6dc3-4bb0-802d-1175acd37d38'],
          ['ack', 'auto'],
          ['id', '296b94ae-3e69-4d6d-a03a-b9b3e5bc2170'],
        ],
        '',
      ],
    ]);
  });

  test('tolerates CR before LF and line ends between frames', () => {
    const frames = parse('\n\r\nSEND\r\ndestination:x\r\n\r\nhi\0\n\n\nACK\n\n\0\n');
    assert.deepEqual(frames.map(plain), [
      ['SEND', [['destination', 'x']], 'hi'],
      ['ACK', [], ''],
    ]);
  });

  test('content-length governs the body, NUL bytes included', () => {
    assert.deepEqual(parse('SEND\ncontent-length:3\n\na\0b\0').map(plain), [
      ['SEND', [['content-length', '3']], 'a\0b'],
    ]);
    assert.equal(parse('SEND\ncontent-length:0\n\n\0').length, 1);
  });

  test('undoes escapes in every frame, CONNECT included', () => {
    const [frame] = parse('CONNECT\na\\cb:c\\\\d\\ne\\rf\\cg\n\n\0');
    assert.equal(frame?.headers.get('a:b'), 'c\\d\ne\rf:g');
  });

  test('the first of repeated headers wins', () => {
    assert.equal(parse('SEND\na:1\na:2\n\n\0')[0]?.headers.get('a'), '1');
  });

  const malformed: [string, string][] = [
    ['a raw ":" in a value', 'SEND\ndestination:a:b\n\n\0'],
    ['an undefined escape', 'SEND\ndestination:a\\tb\n\n\0'],
    ['a trailing backslash', 'SEND\ndestination:a\\\n\n\0'],
    ['a header without ":"', 'SEND\ndestination\n\n\0'],
    ['a header without a name', 'SEND\n:x\n\n\0'],
    ['a lower-case command', 'send\n\n\0'],
    ['an early NUL', 'SEND\0'.padEnd(10, '\n')],
    ['a body longer than content-length', 'SEND\ncontent-length:1\n\nab\0'],
    ['a negative content-length', 'SEND\ncontent-length:-1\n\n\0'],
    ['a body over the limit', `SEND\ncontent-length:${BODY_MAX + 1}\n\n`],
    ['an endless head', `SEND\nx:${'y'.repeat(70_000)}`],
    ['an endless body', `SEND\n\n${'y'.repeat(BODY_MAX + 1)}`],
  ];
  for (const [name, bytes] of malformed) {
    test(`refuses ${name}`, () => {
      assert.throws(() => parse(bytes), StompError);
    });
  }

  test('gives the frames before the malformed one', () => {
    const seen: string[] = [];
    assert.throws(() => {
      for (const frame of new FrameParser(BODY_MAX).push(Buffer.from('SEND\n\n\0nope\n\n\0'))) {
        seen.push(frame.command);
      }
    }, StompError);
    assert.deepEqual(seen, ['SEND']);
  });
});

describe('encodeFrame', () => {
  test('writes the documented bytes', () => {
    assert.equal(
      encodeFrame('CONNECTED', [
        ['version', '1.2'],
        ['heart-beat', '24000,0'],
      ]).toString(),
      'CONNECTED\nversion:1.2\nheart-beat:24000,0\n\n\0',
    );
    assert.equal(
      encodeFrame('RECEIPT', [['receipt-id', '77']]).toString(),
      'RECEIPT\nreceipt-id:77\n\n\0',
    );
    assert.equal(
      encodeFrame('ERROR', [], 'Version unsupported').toString(),
      'ERROR\ncontent-length:19\n\nVersion unsupported\0',
    );
    const body = '{"jsonrpc": "2.0", "id": "383cfcaf-9069-40ce-88f9-cd2a239c3474", "result": []}';
    const headers = [
      ['destination', '21830178-6dc3-4bb0-802d-1175acd37d38'],
      ['content-type', 'application/json'],
      ['subscription', '296b94ae-3e69-4d6d-a03a-b9b3e5bc2170'],
    ] as const;
    assert.equal(
      encodeFrame('MESSAGE', headers, body).toString(),
      'MESSAGE\ndestination:21830178-6dc3-4bb0-802d-1175acd37d38\ncontent-type:application/json\n' +
        `subscription:296b94ae-3e69-4d6d-a03a-b9b3e5bc2170\ncontent-length:78\n\n${body}\0`,
    );
  });

  test('counts bytes, not characters', () => {
    assert.match(encodeFrame('SEND', [], 'é').toString(), /content-length:2\n/);
  });
});

describe('codec, any frames', () => {
  const frame = fc.record({
    command: fc.constantFrom('SEND', 'MESSAGE', 'SUBSCRIBE'),
    headers: fc.uniqueArray(
      fc.tuple(
        fc.string({ minLength: 1, unit: 'grapheme' }).filter((name) => name !== 'content-length'),
        fc.string({ unit: 'grapheme' }),
      ),
      { selector: ([name]) => name, maxLength: 5 },
    ),
    body: fc.string({ unit: 'grapheme', maxLength: 200 }),
  });

  test('any cutting of the bytes gives the frames that were encoded', () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (frames, sizes) => {
          const bytes = Buffer.concat(
            frames.map(({ command, headers, body }) => encodeFrame(command, headers, body)),
          );
          const parser = new FrameParser(BODY_MAX);
          const parsed: Frame[] = [];
          for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
            const size = sizes[turn % sizes.length] ?? 1;
            parsed.push(...parser.push(bytes.subarray(at, at + size)));
            at += size;
          }
          const expected = frames.map(({ command, headers, body }) => {
            const length = Buffer.byteLength(body);
            const all = length === 0 ? headers : [...headers, ['content-length', `${length}`]];
            return [command, all, body];
          });
          assert.deepEqual(parsed.map(plain), expected);
        },
      ),
    );
  });

  test('any bytes at all give frames or a StompError, never anything else', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), (chunks) => {
        const parser = new FrameParser(BODY_MAX);
        try {
          for (const chunk of chunks) for (const _ of parser.push(Buffer.from(chunk))) void _;
        } catch (thrown) {
          assert.ok(thrown instanceof StompError);
        }
      }),
    );
  });
});
