import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeError, isErrno } from '@hosted-engine/ports';
import type { HostPlan } from '../network-plan.js';

/** A powered host: its PID 1 in the site's numbering, and the `unshare` that waits for it. */
export interface PoweredHost {
  readonly pid: number;
  /** Resolves when the host's last process is gone. */
  readonly off: Promise<void>;
  /** Tells the boot script that the network cable is plugged in. */
  readonly plugged: () => void;
}

const CHILD_POLL_MS = 5;
const CHILD_POLL_COUNT = 400;

async function firstChild(parent: ChildProcess): Promise<number> {
  const pid = parent.pid ?? 0;
  for (let turn = 0; turn < CHILD_POLL_COUNT && parent.exitCode === null; turn += 1) {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    if (children !== '') return Number(children.split(' ')[0]);
    await sleep(CHILD_POLL_MS);
  }
  throw new HeError('HE_FAILED', 'unshare made no host; see its console.log');
}

/** Runs a host's boot script in namespaces of its own. */
export async function powerOn(
  host: HostPlan,
  hostDir: string,
  script: string,
): Promise<PoweredHost> {
  mkdirSync(hostDir, { recursive: true });
  const console = openSync(join(hostDir, 'console.log'), 'a');
  const namespaces = ['--mount', '--pid', '--uts', '--ipc', '--net'];
  // --kill-child: were unshare itself to end, the host would not be left without its watcher.
  const child = spawn(
    'unshare',
    [...namespaces, '--fork', '--kill-child', 'sh', '-c', script, `lab-${host.name}`],
    {
      stdio: ['pipe', console, console],
      env: {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        LANG: 'C.UTF-8',
        HOME: '/root',
      },
    },
  );
  closeSync(console);
  const off = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const input = child.stdin as Writable;
  input.on('error', () => undefined);
  const pid = await firstChild(child);
  return { pid, off, plugged: () => input.end('plugged\n') };
}

/** The power cut: SIGKILL to PID 1 ends every process of the host at once. */
export async function powerOff(host: PoweredHost): Promise<void> {
  try {
    process.kill(host.pid, 'SIGKILL');
  } catch (error) {
    if (!isErrno(error, 'ESRCH')) throw error;
  }
  await host.off;
}
