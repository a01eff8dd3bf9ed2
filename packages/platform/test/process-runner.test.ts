import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeError } from '@hosted-engine/ports';
import { createProcessRunner } from '../src/process-runner.js';

const runner = createProcessRunner();

test('a non-zero exit is a result with both outputs', async () => {
  const result = await runner.run('sh', ['-c', 'echo out; echo err >&2; exit 3']);
  assert.deepEqual(result, { code: 3, stdout: 'out\n', stderr: 'err\n' });
});

test('input goes to standard input', async () => {
  const result = await runner.run('cat', [], { input: 'secret' });
  assert.equal(result.stdout, 'secret');
});

test('a program that does not exist rejects with HE_FAILED', async () => {
  await assert.rejects(runner.run('/nowhere/program', []), (error) => {
    return error instanceof HeError && error.code === 'HE_FAILED';
  });
});

test('past its time-out the program is killed and the call rejects', async () => {
  await assert.rejects(
    runner.run('sh', ['-c', 'sleep 30 & sleep 30'], { timeoutMs: 50 }),
    /did not finish within 50 ms/,
  );
});

test('aborting rejects with HE_ABORTED', async () => {
  const abort = new AbortController();
  const running = runner.run('sleep', ['30'], { signal: abort.signal });
  abort.abort();
  await assert.rejects(running, (error) => error instanceof HeError && error.code === 'HE_ABORTED');
});
