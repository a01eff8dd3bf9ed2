import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runInTestHost, whyNoTestHost } from './test-host.js';

const skip = (await whyNoTestHost()) ?? false;

it('libvirt driver passes its contract on a real libvirtd', {
  skip,
  timeout: 180_000,
}, async () => {
  const inner = fileURLToPath(new URL('./libvirt-driver-inner.js', import.meta.url));
  const { code, output } = await runInTestHost(inner, 170_000);
  assert.equal(code, 0, output);
});

it('its mover passes its contract on a real libvirtd', { skip, timeout: 120_000 }, async () => {
  const inner = fileURLToPath(new URL('./libvirt-mover-inner.js', import.meta.url));
  const { code, output } = await runInTestHost(inner, 110_000);
  assert.equal(code, 0, output);
});
