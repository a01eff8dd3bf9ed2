import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runInTestHost, whyNoTestHost } from '@hosted-engine/platform/test/test-host';

const skip = (await whyNoTestHost('/usr/bin/bindfs')) ?? false;

const TIMEOUT_MS = 240_000;

async function passes(file: string): Promise<void> {
  const inner = fileURLToPath(new URL(file, import.meta.url));
  const { code, output } = await runInTestHost(inner, TIMEOUT_MS - 10_000);
  assert.equal(code, 0, output);
}

it('hostd runs VMs on real libvirt, sanlock and storage', { skip, timeout: TIMEOUT_MS }, () =>
  passes('./hostd-inner.js'),
);

it('hostd waits for a lease without holding anything up', { skip, timeout: TIMEOUT_MS }, () =>
  passes('./hostd-parked-inner.js'),
);
