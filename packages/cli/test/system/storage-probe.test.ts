import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runInTestHost, whyNoTestHost } from '@hosted-engine/platform/test/test-host';

const noBindfs = existsSync('/usr/bin/bindfs') ? undefined : 'needs packages: bindfs';
const skip = (await whyNoTestHost()) ?? noBindfs ?? false;

it('storage is mounted aside and looked at, also when it is read-only, full, foreign or hangs', {
  skip,
  timeout: 120_000,
}, async () => {
  const inner = fileURLToPath(new URL('./storage-probe.inner.js', import.meta.url));
  const { code, output } = await runInTestHost(inner, 110_000);
  assert.equal(code, 0, output);
});
