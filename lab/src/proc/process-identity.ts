import { readFileSync } from 'node:fs';
import { isErrno } from '@hosted-engine/ports/errno';

/**
 * Names one process for good. A pid alone may be reused, so the kernel's start time of the process
 * (in clock ticks since boot) and the boot itself go with it.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTicks: number;
  readonly bootId: string;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    // ESRCH: the process ended between open and read.
    if (isErrno(error, 'ENOENT', 'ESRCH')) return undefined;
    throw error;
  }
}

export interface ProcStat {
  readonly comm: string;
  readonly state: string;
  readonly parentPid: number;
  readonly startTicks: number;
}

/** Parses the text of /proc/PID/stat; the command may itself hold blanks and parentheses. */
export function parseProcStat(text: string): ProcStat {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  const fields = text.slice(close + 2).split(' ');
  return {
    comm: text.slice(open + 1, close),
    state: fields[0] ?? '?',
    parentPid: Number(fields[1]),
    // Field 22 of proc(5); the first field after the command is number 3.
    startTicks: Number(fields[19]),
  };
}

/** @returns undefined when there is no such process. */
export function readProcStat(pid: number, procRoot = '/proc'): ProcStat | undefined {
  const text = readText(`${procRoot}/${pid}/stat`);
  return text === undefined ? undefined : parseProcStat(text);
}

export function currentBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** @returns undefined when the process is gone already. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readProcStat(pid);
  if (stat === undefined) return undefined;
  return { pid, startTicks: stat.startTicks, bootId: currentBootId() };
}

/** True only for that very process; a zombie counts as gone. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (identity.bootId !== currentBootId()) return false;
  const stat = readProcStat(identity.pid);
  return stat !== undefined && stat.startTicks === identity.startTicks && stat.state !== 'Z';
}

/** Sends a signal to that very process. @returns false when it is gone. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    process.kill(identity.pid, signal);
    return true;
  } catch (error) {
    if (isErrno(error, 'ESRCH')) return false;
    throw error;
  }
}
