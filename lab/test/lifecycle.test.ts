import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeLab, openLab, removeLab, runOrThrow, until, when } from '../src/index.js';
import { labPaths } from '../src/paths.js';
import { isAlive } from '../src/proc/process-identity.js';
import { labObstacle } from '../src/requirements.js';
import { readState } from '../src/state.js';

const obstacle = labObstacle();
const COMMAND = fileURLToPath(new URL('../src/main.js', import.meta.url));
const MAKER = fileURLToPath(new URL('./fixtures/maker.js', import.meta.url));

function processesNaming(text: string): readonly string[] {
  return readdirSync('/proc').filter((entry) => {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) return false;
    try {
      return readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes(text);
    } catch {
      return false;
    }
  });
}

describe('making and removing labs', { skip: obstacle ?? false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-life-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('two labs stand side by side, with the same addresses', async () => {
    const one = await makeLab({ name: 'one', dir: join(folder, 'one'), hosts: 1 });
    const two = await makeLab({ name: 'two', dir: join(folder, 'two'), hosts: 1 });
    try {
      await one.host(1).execOrThrow(['touch', '/etc/mark-of-one']);
      const seen = await two.host(1).exec(['test', '-e', '/etc/mark-of-one']);
      assert.notEqual(seen.code, 0);
      await one.host(1).cutNetwork();
      await two.host(1).execOrThrow(['ping', '-c1', '-W2', two.network.gateway]);
      await one.remove();
      await two.host(1).execOrThrow(['true']);
    } finally {
      await one.remove();
      await two.remove();
    }
  });

  test('nothing is left after remove', async () => {
    const dir = join(folder, 'gone');
    const mounts = readFileSync('/proc/self/mounts', 'utf8');
    const links = await runOrThrow('ip', ['-o', 'link']);
    const lab = await makeLab({ name: 'gone', dir, hosts: 1 });
    const forwarder = await lab.forward({ http: 0, https: 0 });
    const source = lab.makeStorage('he');
    await lab.host(1).execOrThrow(['mount', '-t', 'fuse.bindfs', source, '/mnt']);
    await lab.host(1).hangStorage();
    const site = lab.state.site;
    await lab.remove();
    assert.equal(isAlive(site), false);
    assert.equal(isAlive(forwarder.process), false);
    assert.equal(existsSync(dir), false);
    assert.equal(existsSync(`${dir}.lock`), false);
    assert.deepEqual(processesNaming(dir), []);
    assert.equal(readFileSync('/proc/self/mounts', 'utf8'), mounts);
    assert.equal(await runOrThrow('ip', ['-o', 'link']), links);
  });

  test('a lab in use is refused, and removed when asked', async () => {
    const dir = join(folder, 'used');
    const words = ['used', '--hosts=1', `--dir=${dir}`];
    await runOrThrow(process.execPath, [COMMAND, 'make', ...words]);
    try {
      assert.ok(await openLab('used', dir).host(1).isOn());
      await assert.rejects(makeLab({ name: 'used', dir, hosts: 1 }), /is there already/);
      const shown = await runOrThrow(process.execPath, [COMMAND, 'show', 'used', `--dir=${dir}`]);
      assert.match(shown, /host1 10\.88\.1\.11 {2}on/);
    } finally {
      await removeLab('used', dir);
    }
    assert.throws(() => openLab('used', dir), /no running lab/);
  });

  test('the remains of a killed run are removed by the next', async () => {
    const dir = join(folder, 'killed');
    const maker = spawn(process.execPath, [MAKER, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => maker.stdout.once('data', resolve));
    const site = readState(labPaths(dir))?.site;
    assert.ok(site !== undefined && isAlive(site));
    maker.kill('SIGKILL');
    await until(() => when(!isAlive(site), 'the site still runs'), 5, 'the end of the site');
    const lab = await makeLab({ name: 'killed', dir, hosts: 1 });
    await lab.host(1).execOrThrow(['true']);
    await lab.remove();
  });

  test('a folder that is not a lab is left alone', async () => {
    await assert.rejects(removeLab('x', folder), /is not the folder of a lab/);
    assert.ok(existsSync(folder));
  });
});
