import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runInTestHost, whyNoTestHost } from '@hosted-engine/platform/test/test-host';

const skip = (await whyNoTestHost('/usr/bin/bindfs')) ?? false;

it('hostd runs VMs on real libvirt, sanlock and storage', { skip, timeout: 300_000 }, async () => {
  const inner = fileURLToPath(new URL('./hostd-inner.js', import.meta.url));
  const { code, output } = await runInTestHost(inner, 290_000);
  assert.equal(code, 0, output);
});
