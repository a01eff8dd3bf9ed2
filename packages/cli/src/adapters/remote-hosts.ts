// The system's own ssh: it has root's keys, its known_hosts and whatever the admin has configured. A password
// reaches it by a program that ssh runs for it, from a file of root's alone: never by argv or environment.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeError, type ProcessRunner } from '@hosted-engine/ports';
import type { HostKey, RemoteFile, RemoteHosts, RemoteLogin } from '@hosted-engine/setup';

const CONNECT_TIMEOUT_S = 10;
const TIMEOUT_MS = 30_000;
/** Best first. */
const KEY_TYPES = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa'];
const KNOWN_HOSTS = ['/root/.ssh/known_hosts', '/etc/ssh/ssh_known_hosts'];
/** What ssh ends with when it is its own failure, not that of the remote program. */
const SSH_FAILED = 255;

export function createRemoteHosts(
  runner: ProcessRunner,
  /** Programs can be run from there, unlike from /run on some systems. */
  directory = '/var/lib/ovirt-hosted-engine-setup',
  knownHosts: readonly string[] = KNOWN_HOSTS,
): RemoteHosts {
  return {
    async hostKey(host, port) {
      const result = await runner.run(
        'ssh-keyscan',
        [
          '-T',
          String(CONNECT_TIMEOUT_S),
          '-p',
          String(port),
          '-t',
          'ed25519,ecdsa,rsa',
          '--',
          host,
        ],
        { timeoutMs: TIMEOUT_MS },
      );
      const lines = result.stdout.split('\n').filter((line) => /^[^#\s]+ \S+ \S+/.test(line));
      const line = KEY_TYPES.flatMap((type) =>
        lines.filter((one) => one.split(' ')[1] === type),
      )[0];
      if (line === undefined) throw unreachable(host, port, result.stderr);
      const shown = await runner.run('ssh-keygen', ['-l', '-f', '-'], { input: `${line}\n` });
      const match = /(SHA256:\S+) .*\((\S+)\)\s*$/.exec(shown.stdout.trim());
      if (match === null) throw unreachable(host, port, shown.stderr);
      const trust = await trustOf(runner, knownHosts, host, port, line);
      return { fingerprint: match[1] ?? '', type: match[2] ?? '', line, trust };
    },

    async readFile(login, path) {
      await mkdir(directory, { recursive: true, mode: 0o755 });
      const work = await mkdtemp(join(directory, '.ssh-'));
      try {
        return await readRemote(runner, work, login, path);
      } finally {
        await rm(work, { recursive: true, force: true });
      }
    },
  };
}

async function readRemote(
  runner: ProcessRunner,
  work: string,
  { host, port, key, password }: RemoteLogin,
  path: string,
): Promise<RemoteFile> {
  const pinned = join(work, 'known_hosts');
  await writeFile(pinned, `${key.line}\n`, { mode: 0o600 });
  const settings = [
    ['UserKnownHostsFile', pinned],
    ['GlobalKnownHostsFile', '/dev/null'],
    ['StrictHostKeyChecking', 'yes'],
    ['UpdateHostKeys', 'no'],
    ['ConnectTimeout', String(CONNECT_TIMEOUT_S)],
    ['LogLevel', 'ERROR'],
    ...(password === undefined
      ? [['BatchMode', 'yes']]
      : [
          ['NumberOfPasswordPrompts', '1'],
          ['PubkeyAuthentication', 'no'],
          ['PreferredAuthentications', 'password,keyboard-interactive'],
        ]),
  ].flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const args = [...settings, '-p', String(port), '-l', 'root', '--', host, `cat ${path}`];
  // Without a terminal of its own, an ssh of any age asks that program for the password.
  const result = await runner.run('setsid', ['-w', 'ssh', ...args], {
    timeoutMs: TIMEOUT_MS,
    ...(password === undefined ? {} : { env: await askpass(work, password) }),
  });
  if (result.code === 0) return { kind: 'text', text: result.stdout };
  const why = result.stderr.trim() || `exit code ${result.code}`;
  if (result.code !== SSH_FAILED) return { kind: 'unreadable', why };
  if (/host key verification failed/i.test(why)) {
    throw new HeError('HE_FIRST_HOST_REFUSED', `host ${host} shows another key than a moment ago`);
  }
  if (/permission denied|too many authentication failures/i.test(why)) return { kind: 'denied' };
  throw unreachable(host, port, why);
}

async function askpass(work: string, password: string): Promise<Record<string, string>> {
  const secret = join(work, 'secret');
  const program = join(work, 'askpass');
  await writeFile(secret, `${password}\n`, { mode: 0o600 });
  await writeFile(program, '#!/bin/sh\nexec cat "$HE_ASKPASS_FILE"\n', { mode: 0o700 });
  return {
    SSH_ASKPASS: program,
    SSH_ASKPASS_REQUIRE: 'force',
    HE_ASKPASS_FILE: secret,
    DISPLAY: ':0',
  };
}

async function trustOf(
  runner: ProcessRunner,
  files: readonly string[],
  host: string,
  port: number,
  line: string,
): Promise<HostKey['trust']> {
  const name = port === 22 ? host : `[${host}]:${port}`;
  const [, type, key] = line.split(' ');
  let trust: HostKey['trust'] = 'unknown';
  for (const file of files) {
    const found = await runner.run('ssh-keygen', ['-F', name, '-f', file]);
    for (const known of found.stdout.split('\n')) {
      const [, knownType, knownKey] = known.split(' ');
      if (known.startsWith('#') || knownType !== type) continue;
      if (knownKey === key) return 'known';
      trust = 'changed';
    }
  }
  return trust;
}

function unreachable(host: string, port: number, said: string): HeError {
  const why = said.trim().split('\n').at(-1) || 'no SSH daemon answers';
  return new HeError(
    'HE_FIRST_HOST_UNREACHABLE',
    `host ${host} cannot be reached by SSH at port ${port}: ${why}`,
    { remedy: 'check the name and whether its SSH daemon is running' },
  );
}
