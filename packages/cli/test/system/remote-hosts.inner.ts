// Runs in network, mount and PID namespaces of its own: an SSH daemon on loopback, a password of root that
// exists nowhere else, and a home folder of root that is empty.

import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createProcessRunner } from '@hosted-engine/platform';
import { HeError } from '@hosted-engine/ports';
import { createRemoteHosts } from '../../src/adapters/remote-hosts.js';

const dir = mkdtempSync(join(tmpdir(), 'remote-hosts-'));
const ANSWERS = join(dir, 'answers.conf');
const TEXT = '[environment:default]\nOVEHOSTED_NETWORK/fqdn=str:engine.lab.test\n';
const PASSWORD = 'a \'quoted" pass\\word $HOME ü';
const HOST = '127.0.0.1';
const PORT = 2222;
const remotes = createRemoteHosts(createProcessRunner(), join(dir, 'work'), [
  join(dir, 'known_hosts'),
]);

let daemon: ChildProcess | undefined;

const shell = (script: string, input?: string): string =>
  execFileSync('sh', ['-ec', script], { encoding: 'utf8', input });

before(async () => {
  shell('ip link set lo up; mkdir -p /run/sshd');
  shell('mount -t tmpfs -o mode=755 tmpfs /run; mkdir -p /run/sshd');
  shell('mount -t tmpfs -o mode=700 tmpfs /root; mkdir -m 700 /root/.ssh');
  const hash = shell('openssl passwd -6 -stdin', `${PASSWORD}\n`).trim();
  const shadow = shell('cat /etc/shadow').replace(/^root:[^:]*:/m, `root:${hash}:`);
  writeFileSync(join(dir, 'shadow'), shadow, { mode: 0o600 });
  shell(`mount --bind ${join(dir, 'shadow')} /etc/shadow`);
  for (const name of ['host', 'admin']) {
    shell(`ssh-keygen -q -t ed25519 -N '' -f ${join(dir, name)}`);
  }
  writeFileSync(ANSWERS, TEXT, { mode: 0o600 });
  const options = ['PermitRootLogin=yes', 'PasswordAuthentication=yes', 'UsePAM=no'];
  daemon = spawn(
    '/usr/sbin/sshd',
    ['-D', '-f', '/dev/null', '-h', join(dir, 'host'), '-p', String(PORT)].concat(
      options.flatMap((option) => ['-o', option]),
    ),
    { stdio: 'ignore' },
  );
  await sleep(500);
});

after(() => {
  shell('umount /etc/shadow');
  rmSync(dir, { recursive: true, force: true });
  daemon?.kill('SIGKILL');
});

describe('a host over SSH', () => {
  it('shows its key, which nobody knows at first', async () => {
    const key = await remotes.hostKey(HOST, PORT);
    const own = shell(`ssh-keygen -l -f ${join(dir, 'host.pub')}`);
    assert.ok(own.includes(key.fingerprint), own);
    assert.equal(key.type, 'ED25519');
    assert.equal(key.trust, 'unknown');
  });

  it('is known, or known by another key, as known_hosts says', async () => {
    const file = join(dir, 'known_hosts');
    const line = (name: string) =>
      `[${HOST}]:${PORT} ${shell(`cut -d' ' -f1,2 ${join(dir, `${name}.pub`)}`)}`;
    writeFileSync(file, line('admin'));
    assert.equal((await remotes.hostKey(HOST, PORT)).trust, 'changed');
    writeFileSync(file, line('host'));
    shell(`ssh-keygen -q -H -f ${file}`);
    assert.equal((await remotes.hostKey(HOST, PORT)).trust, 'known');
  });

  it('hands a file over by password, and leaves no trace of it', async () => {
    const key = await remotes.hostKey(HOST, PORT);
    const login = { host: HOST, port: PORT, key, password: PASSWORD };
    assert.deepEqual(await remotes.readFile(login, ANSWERS), { kind: 'text', text: TEXT });
    assert.deepEqual(readdirSync(join(dir, 'work')), []);
  });

  it('refuses a wrong password, and a key of root that it does not know', async () => {
    const key = await remotes.hostKey(HOST, PORT);
    for (const password of ['wrong', undefined]) {
      const login = { host: HOST, port: PORT, key, password };
      assert.deepEqual(await remotes.readFile(login, ANSWERS), { kind: 'denied' });
    }
  });

  it("accepts root's key without a password", async () => {
    shell(`cp ${join(dir, 'admin')} /root/.ssh/id_ed25519`);
    shell(`cp ${join(dir, 'admin.pub')} /root/.ssh/authorized_keys`);
    const key = await remotes.hostKey(HOST, PORT);
    const login = { host: HOST, port: PORT, key, password: undefined };
    assert.deepEqual(await remotes.readFile(login, ANSWERS), { kind: 'text', text: TEXT });
  });

  it('says why a file cannot be read', async () => {
    const key = await remotes.hostKey(HOST, PORT);
    const login = { host: HOST, port: PORT, key, password: PASSWORD };
    const file = await remotes.readFile(login, join(dir, 'none'));
    assert.match(file.kind === 'unreadable' ? file.why : file.kind, /No such file/);
  });

  it('with another key than the one that was shown gets no password', async () => {
    const key = await remotes.hostKey(HOST, PORT);
    const other = shell(`cut -d' ' -f1,2 ${join(dir, 'admin.pub')}`).trim();
    const swapped = { ...key, line: `[${HOST}]:${PORT} ${other}` };
    await assert.rejects(
      remotes.readFile({ host: HOST, port: PORT, key: swapped, password: PASSWORD }, ANSWERS),
      (error) => error instanceof HeError && error.code === 'HE_FIRST_HOST_REFUSED',
    );
  });

  it('that does not answer is unreachable', async () => {
    await assert.rejects(
      remotes.hostKey(HOST, 2223),
      (error) => error instanceof HeError && error.code === 'HE_FIRST_HOST_UNREACHABLE',
    );
  });
});
