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

/** Another "host": a sanlock daemon with host id 2 in the same lockspace. */
export interface Peer {
  /** Takes a lease and holds it. */
  take(lease: { readonly resource: string; readonly path: string }): Promise<void>;
  /**
   * Cuts its power and waits until sanlock no longer calls it live: from then on a start parks
   * until it is called dead, some 60 s later.
   */
  powerOff(): Promise<void>;
}

export async function createPeer(area: {
  readonly lockspace: string;
  readonly idsPath: string;
}): Promise<Peer> {
  await startSanlock('/run/sanlock-peer', 'host2');
  // sanlock tells why on its standard output.
  const client = (...args: string[]) =>
    execute('sanlock', ['client', ...args], { env: peerEnv }).catch((error: unknown) => {
      throw new Error(`sanlock ${args[0]}: ${(error as { stdout: string }).stdout}`);
    });
  await client('add_lockspace', '-s', `${area.lockspace}:2:${area.idsPath}:0`, '-o', '1');
  return {
    async take({ resource, path }) {
      const id = `${area.lockspace}:${resource}:${path}:0`;
      const args = ['client', 'command', '-r', id, '-c', '/bin/sleep', '1000'];
      spawn('sanlock', args, { env: peerEnv, stdio: 'ignore' }).unref();
      await until(async () => {
        const { stdout } = await client('status');
        const lines = stdout.split('\n').filter((line) => line.startsWith('r '));
        return lines.some((line) => !line.includes('ADD') && line.includes(id));
      }, `lease ${resource} of the peer`);
    },
    async powerOff() {
      const pid = Number.parseInt(await readFile('/run/sanlock-peer/sanlock.pid', 'utf8'), 10);
      process.kill(pid, 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, (8 * IO_TIMEOUT_S + 2) * 1000));
    },
  };
}

/** A lockspace with this host (id 1) and a peer (id 2) in it, and leases that the peer holds. */
export async function createLeases(dir: string) {
  await mkdir(dir, { recursive: true });
  const ids = `${dir}/ids`;
  await allocate(ids);
  await execute('sanlock', ['direct', 'init', '-s', `${LOCKSPACE}:0:${ids}:0`, '-o', '1']);
  await startSanlock('/run/sanlock', 'host1');
  const [peer] = await Promise.all([
    createPeer({ lockspace: LOCKSPACE, idsPath: ids }),
    execute('sanlock', ['client', 'add_lockspace', '-s', `${LOCKSPACE}:1:${ids}:0`, '-o', '1']),
  ]);
  return {
    peer,
    /** The `<lease>` element of a new lease that the peer holds. */
    async heldByPeer(name: string): Promise<string> {
      const path = await format(dir, name);
      await peer.take({ resource: name, path });
      return leaseXml(name, path);
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
  // The command returns before the daemon listens.
  await until(() => existsSync(`${runDir}/sanlock.sock`), `socket of sanlock ${name}`);
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
