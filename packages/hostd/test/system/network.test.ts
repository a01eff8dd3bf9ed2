import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';

const skip =
  process.getuid?.() === 0 ? false : 'not root: network namespaces and interfaces need it';

it('bridges come and go below a running connection, in network namespaces', {
  skip,
  timeout: 120_000,
}, async () => {
  const inner = fileURLToPath(new URL('./network.inner.js', import.meta.url));
  const words = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const child = spawn(
    'unshare',
    [...words, process.execPath, '--test', '--test-timeout=60000', inner],
    {
      // A test runner inside a test runner would otherwise report to the outer one.
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      output += text;
    });
  }
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(code, 0, output);
});
