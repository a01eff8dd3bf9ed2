import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runInTestHost, whyNoTestHost } from '@hosted-engine/platform/test/test-host';

const noBindfs = existsSync('/usr/bin/bindfs') ? undefined : 'needs packages: bindfs';
const skip = (await whyNoTestHost()) ?? noBindfs ?? false;

it('storage verbs work on real sanlock, FUSE mounts and direct I/O, also when they fail', {
  skip,
  timeout: 300_000,
}, async () => {
  const inner = fileURLToPath(new URL('./storage.inner.js', import.meta.url));
  const { code, output } = await runInTestHost(inner, 290_000);
  assert.equal(code, 0, output);
});
