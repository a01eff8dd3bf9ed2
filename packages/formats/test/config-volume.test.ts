import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type ConfigVolumeFiles,
  decodeConfigVolume,
  decodeTar,
  encodeConfigVolume,
  encodeTar,
} from '../src/index.js';

const FILES: ConfigVolumeFiles = {
  version: '0.1.0\n',
  'fhanswers.conf': '[environment:default]\n',
  'hosted-engine.conf': 'fqdn=engine.lab.test\n',
  'broker.conf': '[email]\n',
  'vm.conf': 'vmId=1\n',
};

const members = fc.array(
  fc.record({
    name: fc.stringMatching(/^[a-z][a-z0-9./-]{0,80}$/),
    content: fc.uint8Array({ maxLength: 1500 }),
  }),
  { maxLength: 6 },
);

describe('configuration volume', () => {
  test('is 20480 bytes with the members in their order', () => {
    const volume = encodeConfigVolume(FILES);
    assert.equal(volume.length, 20_480);
    assert.deepEqual(
      decodeTar(volume).map(({ name }) => name),
      ['version', 'fhanswers.conf', 'hosted-engine.conf', 'broker.conf', 'vm.conf'],
    );
    assert.deepEqual(decodeConfigVolume(volume), FILES);
  });

  test('reads back any texts that fit', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 300 });
    const files = fc.record({
      version: text,
      'fhanswers.conf': text,
      'hosted-engine.conf': text,
      'broker.conf': text,
      'vm.conf': text,
    });
    fc.assert(
      fc.property(files, (written) => {
        assert.deepEqual(decodeConfigVolume(encodeConfigVolume(written)), { ...written });
      }),
      { numRuns: 50 },
    );
  });

  test('what does not fit is refused with the name of the largest file', () => {
    const fits = { ...FILES, 'vm.conf': 'x'.repeat(29 * 512) };
    assert.equal(encodeConfigVolume(fits).length, 20_480);
    assert.throws(
      () => encodeConfigVolume({ ...FILES, 'vm.conf': 'x'.repeat(29 * 512 + 1) }),
      /configuration volume: vm\.conf: has 14849 bytes: the files need 512 bytes more/,
    );
  });

  test('is read in any order, beside other members, with garbage behind', () => {
    const encoder = new TextEncoder();
    const shuffled = Object.entries({ other: 'x', ...FILES })
      .reverse()
      .map(([name, text]) => ({ name: `./${name}`, content: encoder.encode(text) }));
    const archive = encodeTar(shuffled);
    const volume = new Uint8Array(archive.length + 4096).fill(0x55);
    volume.set(archive);
    assert.deepEqual(decodeConfigVolume(volume), FILES);
  });

  test('missing files and files that are no text are named', () => {
    const archive = encodeTar([
      { name: 'version', content: new Uint8Array([0xff]) },
      { name: 'vm.conf', content: new Uint8Array() },
    ]);
    assert.throws(
      () => decodeConfigVolume(archive),
      /version: is not UTF-8.*fhanswers\.conf: is missing.*broker\.conf: is missing/s,
    );
    assert.throws(() => decodeConfigVolume(new Uint8Array(20_480)), /vm\.conf: is missing/);
  });
});

describe('tar', () => {
  test('reads back any members', () => {
    fc.assert(
      fc.property(members, (list) => {
        assert.deepEqual(
          decodeTar(encodeTar(list)),
          list.map((member) => ({ ...member })),
        );
      }),
    );
  });

  test('a damaged header ends the archive instead of being believed', () => {
    const archive = encodeTar([
      { name: 'a', content: new Uint8Array(10) },
      { name: 'b', content: new Uint8Array(10) },
    ]);
    archive[1024 + 124] = 0x37;
    assert.deepEqual(
      decodeTar(archive).map(({ name }) => name),
      ['a'],
    );
  });

  test('no bytes whatever make the reader throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        decodeTar(bytes);
      }),
    );
  });
});
