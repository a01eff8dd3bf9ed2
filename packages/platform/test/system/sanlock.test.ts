import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runInTestHost, whyNoTestHost } from './test-host.js';

const noBindfs = existsSync('/usr/bin/bindfs') ? undefined : 'needs packages: bindfs';
const skip = (await whyNoTestHost()) ?? noBindfs ?? false;

it('sanlock adapter passes its contract on real daemons and hung storage', {
  skip,
  timeout: 240_000,
}, async () => {
  const inner = fileURLToPath(new URL('./sanlock.inner.js', import.meta.url));
  const { code, output } = await runInTestHost(inner, 230_000);
  assert.equal(code, 0, output);
});
