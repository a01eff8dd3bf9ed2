import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutSignature } from '../src/kernel-module.js';

function signed(module: Uint8Array, signature: Uint8Array): Buffer {
  const trailer = Buffer.alloc(12);
  trailer.writeUInt32BE(signature.length, 8);
  return Buffer.concat([module, signature, trailer, Buffer.from('~Module signature appended~\n')]);
}

test('the signature goes, the module stays to the byte', () => {
  const module = Buffer.from('ELF and more');
  assert.deepEqual(Buffer.from(withoutSignature(signed(module, Buffer.alloc(64, 1)))), module);
});

test('a module without signature is left as it is', () => {
  const module = Buffer.from('ELF');
  assert.equal(withoutSignature(module), module);
});

test('a trailer that promises more than there is is refused', () => {
  const broken = signed(Buffer.alloc(0), Buffer.alloc(4));
  broken.writeUInt32BE(4000, 4 + 8);
  assert.throws(() => withoutSignature(broken), RangeError);
});
