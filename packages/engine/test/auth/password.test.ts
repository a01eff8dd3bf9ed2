import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAdmin, parseBasic } from '../../src/auth/basic.js';
import { createPasswordCheck, makeVerifier } from '../../src/auth/password.js';

const header = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

test('a verifier accepts its password, before and after it is remembered, and no other', async () => {
  const check = createPasswordCheck(await makeVerifier('sécret: one'));
  assert.equal(await check.isRight('wrong'), false);
  assert.equal(await check.isRight('sécret: one'), true);
  assert.equal(await check.isRight('sécret: one'), true);
  assert.equal(await check.isRight('wrong'), false);
  assert.equal(await check.isRight(''), false);
});

test('two verifiers of one password differ, and hold nothing of it', async () => {
  const [one, other] = [await makeVerifier('secret'), await makeVerifier('secret')];
  assert.notEqual(one, other);
  assert.equal(one.includes('secret'), false);
});

test('a malformed verifier is refused', () => {
  assert.throws(() => createPasswordCheck('plain'), RangeError);
});

test('only admin@internal with the password is the administrator', async () => {
  const check = createPasswordCheck(await makeVerifier('a:b'));
  assert.equal(await isAdmin(header('admin@internal', 'a:b'), check), true);
  assert.equal(await isAdmin(header('admin', 'a:b'), check), false);
  assert.equal(await isAdmin(header('admin@internal', 'a'), check), false);
  assert.equal(await isAdmin(undefined, check), false);
  assert.equal(await isAdmin('Bearer x', check), false);
});

test('headers that are not Basic are none', () => {
  assert.equal(parseBasic('Basic'), undefined);
  assert.equal(parseBasic('Basic !!!'), undefined);
  assert.equal(parseBasic(`Basic ${Buffer.from('nocolon').toString('base64')}`), undefined);
});
