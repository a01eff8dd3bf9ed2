import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERROR_CATALOGUE } from '@hosted-engine/ports';
import { errorReference } from '../../src/docs/error-reference.js';

test('every code is in the reference, in the order of exit codes', () => {
  const codes = [...errorReference(ERROR_CATALOGUE).matchAll(/^\| `(HE_\w+)` \| (\d+) /gm)];
  assert.deepEqual(codes.map(([, code]) => code).sort(), Object.keys(ERROR_CATALOGUE).sort());
  const exitCodes = codes.map(([, , exitCode]) => Number(exitCode));
  assert.deepEqual(
    exitCodes,
    exitCodes.toSorted((a, b) => a - b),
  );
});

test('another catalogue makes another page', () => {
  const page = errorReference({ HE_X: { exitCode: 9, retriable: true, meaning: 'It is so.' } });
  assert.match(page, /^\| `HE_X` \| 9 \| yes \| It is so\. \|$/m);
});
