import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runInTestHost, whyNoTestHost } from '@hosted-engine/platform/test/test-host';

const skip = (await whyNoTestHost('/usr/sbin/firewalld', '/usr/bin/dbus-daemon')) ?? false;

it('a real firewalld lets in what set-up asks for, and no longer once it is taken back', {
  skip,
  timeout: 120_000,
}, async () => {
  const inner = fileURLToPath(new URL('./firewalld.inner.js', import.meta.url));
  const { code, output } = await runInTestHost(inner, 110_000);
  assert.equal(code, 0, output);
});
