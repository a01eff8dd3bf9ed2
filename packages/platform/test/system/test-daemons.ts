// Daemons and leases inside a private host (test-host.ts). Runs only there.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const LOCKSPACE = 'test-lockspace';
const IO_TIMEOUT_S = 1;

/** libvirtd as a child that can be ended and started again. */
export function createLibvirtd() {
  let child: ChildProcess | undefined;
  return {
    async start(): Promise<void> {
      child = spawn('/usr/sbin/libvirtd', [], { stdio: 'ignore' });
      await until(() => existsSync('/run/libvirt/libvirt-sock'), 'socket of libvirtd');
    },
    async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
      const ended = new Promise((resolve) => child?.once('exit', resolve));
      child?.kill(signal);
      await ended;
    },
    /** SIGSTOP and SIGCONT. */
    send(signal: NodeJS.Signals): void {
      child?.kill(signal);
    },
  };
}

/** Two sanlock daemons in one host: ours with host id 1, and another "host" with id 2. */
export async function createLeases(dir: string) {
  await mkdir(dir, { recursive: true });
  const ids = `${dir}/ids`;
  await allocate(ids);
  await execute('sanlock', ['direct', 'init', '-s', `${LOCKSPACE}:0:${ids}:0`, '-o', '1']);
  await startSanlock('/run/sanlock', 'host1');
  await startSanlock('/run/sanlock-peer', 'host2');
  await Promise.all([
    execute('sanlock', ['client', 'add_lockspace', '-s', `${LOCKSPACE}:1:${ids}:0`, '-o', '1']),
    execute('sanlock', ['client', 'add_lockspace', '-s', `${LOCKSPACE}:2:${ids}:0`, '-o', '1'], {
      env: peerEnv,
    }),
  ]);
  return {
    /** A new lease that the other host holds; its `<lease>` element. */
    async heldByPeer(name: string): Promise<string> {
      const path = await format(dir, name);
      const resource = `${LOCKSPACE}:${name}:${path}:0`;
      const args = ['client', 'command', '-r', resource, '-c', '/bin/sleep', '1000'];
      const holder = spawn('sanlock', args, { env: peerEnv, stdio: 'ignore' });
      holder.unref();
      await until(async () => {
        const { stdout } = await execute('sanlock', ['client', 'status'], { env: peerEnv });
        return stdout
          .split('\n')
          .some((line) => /^r /.test(line) && !/ADD/.test(line) && line.includes(resource));
      }, `lease ${name} of the peer`);
      return leaseXml(name, path);
    },
    /** A free lease's `<lease>` element. */
    async free(name: string): Promise<string> {
      return leaseXml(name, await format(dir, name));
    },
    /**
     * Cuts the other host's power and waits until sanlock no longer calls it live: from then on a
     * start parks until it is called dead, some 60 s later.
     */
    async killPeer(): Promise<void> {
      const pid = Number.parseInt(await readFile('/run/sanlock-peer/sanlock.pid', 'utf8'), 10);
      process.kill(pid, 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, (8 * IO_TIMEOUT_S + 2) * 1000));
    },
  };
}

const peerEnv = {
  PATH: process.env['PATH'],
  SANLOCK_RUN_DIR: '/run/sanlock-peer',
  SANLOCK_PRIVILEGED: '0',
};

/** A sanlock daemon with its socket in `runDir`, named `name` in lockspaces. */
export async function startSanlock(runDir: string, name: string): Promise<void> {
  await mkdir(runDir, { recursive: true });
  const args = ['daemon', '-w', '0', '-h', '0', '-l', '0', '-U', 'root', '-G', 'root', '-e', name];
  const env = { ...peerEnv, SANLOCK_RUN_DIR: runDir };
  await execute('sanlock', args, { env });
}

async function format(dir: string, name: string): Promise<string> {
  const path = `${dir}/${name}.lease`;
  await allocate(path);
  await execute('sanlock', ['direct', 'init', '-r', `${LOCKSPACE}:${name}:${path}:0`, '-o', '1']);
  return path;
}

function leaseXml(name: string, path: string): string {
  return `<lease><lockspace>${LOCKSPACE}</lockspace><key>${name}</key><target path='${path}' offset='0'/></lease>`;
}

async function allocate(path: string): Promise<void> {
  const file = await open(path, 'w');
  await file.truncate(1024 * 1024);
  await file.close();
}

export async function until(
  isTrue: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs = 20_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`${what}: not there in ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
