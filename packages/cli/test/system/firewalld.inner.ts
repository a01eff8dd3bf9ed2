// Runs in a host of its own (test-host.ts): a system bus, and a firewalld with a configuration of its own.

import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createProcessRunner } from '@hosted-engine/platform';
import { until } from '@hosted-engine/platform/test/test-daemons';
import { HeError } from '@hosted-engine/ports';
import { firewalldService, FIREWALLD_SERVICE as NAME, openPorts } from '@hosted-engine/setup';
import { PATHS } from '@hosted-engine/setup/paths';
import { createFirewall } from '../../src/adapters/firewall.js';

const firewall = createFirewall(createProcessRunner(), '192.0.2.7 50000 192.0.2.1 2222');
const folder = mkdtempSync(join(tmpdir(), 'firewalld-'));
const daemons: ChildProcess[] = [];

const run = (program: string, ...words: string[]): string =>
  execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

function answers(...words: string[]): boolean {
  try {
    return run('firewall-cmd', ...words).trim() !== 'no';
  } catch {
    return false;
  }
}

function start(program: string, ...words: string[]): void {
  daemons.push(spawn(program, words, { stdio: 'ignore' }));
}

before(async () => {
  run('cp', '-a', '/etc/firewalld', folder);
  run('mount', '--bind', join(folder, 'firewalld'), '/etc/firewalld');
  mkdirSync('/run/dbus');
  start('dbus-daemon', '--system', '--nofork', '--nopidfile');
  await until(() => existsSync('/run/dbus/system_bus_socket'), 'the system bus');
});

after(() => {
  for (const daemon of daemons.reverse()) daemon.kill('SIGKILL');
  run('umount', '/etc/firewalld');
  rmSync(folder, { recursive: true, force: true });
});

test('a firewalld that is installed but does not run is not the manager', async () => {
  assert.equal(await firewall.detect(), 'nftables');
});

test('one that runs is', async () => {
  start('firewalld', '--nofork', '--nopid');
  await until(() => answers('--state'), 'firewalld', 40_000);
  assert.equal(await firewall.detect(), 'firewalld');
});

test('its ports are open at once and for good, for IPv4 and IPv6, beside what was open before', async () => {
  run('firewall-cmd', '--permanent', '--add-port=8080/tcp');
  writeFileSync(PATHS.firewalldService, firewalldService(openPorts(await firewall.sshPorts())));
  await firewall.openService(NAME);
  for (const how of [[], ['--permanent']]) {
    assert.ok(answers(...how, `--query-service=${NAME}`), how.join());
    assert.ok(answers(...how, '--query-port=8080/tcp'), how.join());
  }
  const rules = run('nft', 'list', 'table', 'inet', 'firewalld');
  for (const port of ['2222', '54321', '16514', '49152-49215', '5900-6923', '8080']) {
    assert.match(rules, new RegExp(`tcp dport ${port} accept`), port);
  }
  assert.deepEqual(await firewall.otherFilters(), ['inet firewalld']);
});

test('opening it twice does no harm', async () => {
  await firewall.openService(NAME);
  assert.ok(answers(`--query-service=${NAME}`));
});

test('taken back, its ports are closed and the others stay', async () => {
  await firewall.closeService(NAME);
  rmSync(PATHS.firewalldService);
  for (const how of [[], ['--permanent']]) {
    assert.ok(!answers(...how, `--query-service=${NAME}`), how.join());
    assert.ok(answers(...how, '--query-port=8080/tcp'), how.join());
  }
  assert.doesNotMatch(run('nft', 'list', 'table', 'inet', 'firewalld'), /54321/);
  assert.ok(run('firewall-cmd', '--check-config').includes('success'));
});

test('a service that firewalld does not know is refused, with what it says', async () => {
  await assert.rejects(firewall.openService('no-such-service'), (error) => {
    assert.ok(error instanceof HeError);
    assert.match(error.message, /--add-service=no-such-service failed: .*INVALID_SERVICE/s);
    return true;
  });
});
