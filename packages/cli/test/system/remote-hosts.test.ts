import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';

const isRoot = process.getuid?.() === 0;
const skip = !isRoot
  ? 'not root: namespaces need it'
  : existsSync('/usr/sbin/sshd')
    ? false
    : 'needs packages: openssh-server';

it('an answer file comes by SSH, from a real daemon in namespaces of its own', {
  skip,
  timeout: 90_000,
}, async () => {
  const inner = fileURLToPath(new URL('./remote-hosts.inner.js', import.meta.url));
  const words = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const child = spawn('unshare', [...words, process.execPath, '--test-timeout=60000', inner], {
    // A test runner inside a test runner would otherwise report to the outer one.
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
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
