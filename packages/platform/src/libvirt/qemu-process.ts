// The hypervisor process behind a domain, found without libvirt: by the pid file libvirt writes and
// the VM id on QEMU's command line, so that a reused pid or a stale file is never believed.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Time for QEMU to end on SIGTERM before it is killed. */
const TERMINATE_MS = 3000;
const POLL_MS = 50;

/** Undefined when no such process runs. */
export async function findQemu(pidDir: string, vmId: string): Promise<number | undefined> {
  for (const file of await listFiles(pidDir)) {
    if (!file.endsWith('.pid')) continue;
    const pid = Number.parseInt((await readText(join(pidDir, file))) ?? '', 10);
    if (Number.isInteger(pid) && pid > 1 && (await isQemuOf(pid, vmId))) return pid;
  }
  return undefined;
}

/** Ends it: SIGTERM, then SIGKILL. Resolves with whether it is gone. */
export async function endQemu(pid: number, vmId: string): Promise<boolean> {
  signal(pid, 'SIGTERM');
  if (await isGone(pid, vmId)) return true;
  signal(pid, 'SIGKILL');
  return isGone(pid, vmId);
}

async function isGone(pid: number, vmId: string): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < TERMINATE_MS; waitedMs += POLL_MS) {
    if (!(await isQemuOf(pid, vmId))) return true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return false;
}

async function isQemuOf(pid: number, vmId: string): Promise<boolean> {
  const commandLine = await readText(`/proc/${pid}/cmdline`);
  if (commandLine === undefined) return false;
  const args = commandLine.split('\0');
  const at = args.indexOf('-uuid');
  return at >= 0 && args[at + 1] === vmId;
}

async function listFiles(dir: string): Promise<readonly string[]> {
  try {
    return await readdir(dir);
  } catch {
    // libvirt has not run yet: no process either.
    return [];
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    // No such file or process: not there.
    return undefined;
  }
}

function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch {
    // Ended in between.
  }
}
