import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { it } from 'node:test';

it('exitProcess ends a process with a hung system call', async () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'he-exit-'));
  const pipe = path.join(dir, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const module = new URL('../src/exit-process.js', import.meta.url).href;
  const script = `
    import fs from 'node:fs';
    import { exitProcess } from '${module}';
    fs.open('${pipe}', 'r', () => {});
    fs.stat('/', () => exitProcess(7));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  const code = await new Promise((resolve) => child.on('exit', resolve));
  clearTimeout(timer);
  fs.rmSync(dir, { recursive: true });
  assert.equal(code, 7);
});
