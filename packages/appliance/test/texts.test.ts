import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HEALTH_PATHS, HEALTH_TEXT } from '@hosted-engine/engine';
import { parseUris } from '../src/debian-packages.js';
import { parseLdd } from '../src/guest-tree.js';

test('the answer of apt is read, in the order of names', () => {
  const text = `'http://x/pool/m/mtools_4.0_amd64.deb' mtools_4.0_amd64.deb 201972 SHA256:aa
'http://x/b/busybox-static_1%3a1.35_amd64.deb' busybox-static_1%3a1.35_amd64.deb 1 SHA256:bb
Reading package lists...
`;
  assert.deepEqual(parseUris(text), [
    { name: 'busybox-static', file: 'busybox-static_1%3a1.35_amd64.deb', digest: 'SHA256:bb' },
    { name: 'mtools', file: 'mtools_4.0_amd64.deb', digest: 'SHA256:aa' },
  ]);
});

test('libraries with paths are taken, the kernel’s own is not', () => {
  const text = `	linux-vdso.so.1 (0x00007fff)
	libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f)
	/lib64/ld-linux-x86-64.so.2 (0x00007f)
`;
  assert.deepEqual(parseLdd(text, 'node'), [
    '/lib/x86_64-linux-gnu/libm.so.6',
    '/lib64/ld-linux-x86-64.so.2',
  ]);
});

test('a library that is missing is named', () => {
  assert.throws(() => parseLdd('	libx.so => not found\n', 'node'), /node needs libx\.so/);
});

test("HAProxy's health page is the engine's, to the letter", () => {
  const path = fileURLToPath(new URL('../../guest/root/etc/haproxy.cfg', import.meta.url));
  const config = readFileSync(path, 'utf8');
  assert.ok(config.includes(`acl is_health path ${HEALTH_PATHS.join(' ')}\n`));
  assert.ok(config.includes(` string "${HEALTH_TEXT}" `));
});
