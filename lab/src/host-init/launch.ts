import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { setPriority } from 'node:os';
import { dirname } from 'node:path';
import { parseSections, splitWords, type Unit } from './unit-file.js';

function readEnvironmentFile(path: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [key, all] of parseSections(readFileSync(path, 'utf8'))) {
    // Such a file has no sections: its keys begin with the dot.
    values[key.slice(1)] = splitWords(all.at(-1) ?? '').join(' ');
  }
  return values;
}

/** The environment of a unit's programs; makes the folders that the unit asks for. */
export function unitEnvironment(
  unit: Unit,
  base: Readonly<Record<string, string>>,
  notifySocket: string | undefined,
  mainPid: number,
): Record<string, string> {
  const environment: Record<string, string> = { ...base, ...unit.environment };
  for (const named of unit.environmentFiles) {
    const path = named.replace(/^-/, '');
    if (existsSync(path)) Object.assign(environment, readEnvironmentFile(path));
  }
  for (const name of unit.runtimeDirectories) mkdirSync(`/run/${name}`, { recursive: true });
  for (const name of unit.stateDirectories) mkdirSync(`/var/lib/${name}`, { recursive: true });
  if (notifySocket !== undefined) environment['NOTIFY_SOCKET'] = notifySocket;
  if (unit.watchdogSeconds !== undefined) {
    environment['WATCHDOG_USEC'] = String(Math.round(unit.watchdogSeconds * 1e6));
  }
  if (mainPid > 0) environment['MAINPID'] = String(mainPid);
  return environment;
}

/** `$NAME` as a word of its own splits into words, `${NAME}` stays one, as in systemd. */
export function expandLine(
  line: string,
  environment: Readonly<Record<string, string>>,
): readonly string[] {
  return splitWords(line).flatMap((word) => {
    const whole = /^\$(\w+)$/.exec(word);
    if (whole !== null) return splitWords(environment[whole[1] ?? ''] ?? '');
    return word.replace(/\$\{(\w+)\}/g, (_, name: string) => environment[name] ?? '');
  });
}

/** Starts an Exec line in a session of its own with the unit's niceness, its output appended to a log file. */
export function spawnLine(
  line: string,
  environment: Readonly<Record<string, string>>,
  { nice, workingDirectory }: Unit,
  logPath: string,
): ChildProcess {
  const [program, ...args] = expandLine(line.replace(/^[-@:+!]+/, ''), environment);
  mkdirSync(dirname(logPath), { recursive: true });
  const log = openSync(logPath, 'a', 0o640);
  try {
    writeSync(log, `-- ${new Date().toISOString()} ${line}\n`);
    const child = spawn(program ?? '', args, {
      detached: true,
      cwd: workingDirectory,
      env: environment,
      stdio: ['ignore', log, log],
    });
    if (child.pid !== undefined) setNice(child.pid, nice);
    return child;
  } finally {
    closeSync(log);
  }
}

/** The session's niceness as well: where the kernel groups processes by it, that alone counts between services. */
function setNice(pid: number, nice: number): void {
  try {
    setPriority(pid, nice);
    writeFileSync(`/proc/${pid}/autogroup`, `${nice}`);
  } catch {
    // It ended already, or this kernel has no such groups.
  }
}
