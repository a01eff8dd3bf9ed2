import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ALIGNMENT } from '../src/partition-table.js';
import { KERNEL_COMMAND_LINE, LABELS, MODULES, SIZES } from '../src/recipe.js';

const GUEST = fileURLToPath(new URL('../../guest', import.meta.url));

test('sizes are whole alignment units, labels fit their file systems', () => {
  for (const size of Object.values(SIZES)) assert.equal(size % ALIGNMENT, 0);
  for (const label of Object.values(LABELS)) assert.ok(label.length <= 11);
});

test('no module is listed twice', () => {
  // The installer has no root file system to take the network's from.
  const { installer, ...others } = MODULES;
  const all = Object.values(others).flat();
  assert.equal(new Set(all).size, all.length);
  assert.deepEqual(
    installer.filter((module) => !all.includes(module)),
    [],
  );
});

test('the kernel command line is one line that syslinux takes', () => {
  assert.match(KERNEL_COMMAND_LINE, /^[\w=.,: -]+$/);
  assert.ok(KERNEL_COMMAND_LINE.length < 500);
});

test('every service that init starts has its script, and every script says what runs it', () => {
  const inittab = readFileSync(join(GUEST, 'root/etc/inittab'), 'utf8');
  for (const [, name] of inittab.matchAll(/supervise ([\w-]+)/g)) {
    assert.ok(statSync(join(GUEST, `root/etc/init.d/${name}.run`)).isFile());
  }
  for (const folder of ['root/sbin', 'root/etc/init.d', 'initramfs']) {
    for (const file of readdirSync(join(GUEST, folder))) {
      assert.match(readFileSync(join(GUEST, folder, file), 'utf8'), /^#!\/bin\/(busybox )?sh\n/);
    }
  }
});
