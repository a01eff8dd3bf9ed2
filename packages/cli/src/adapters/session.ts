import { readFile } from 'node:fs/promises';

type Environment = Readonly<Record<string, string | undefined>>;

/** More ancestors than anybody's shell has. */
const ANCESTORS_MAX = 64;

/**
 * Whether a broken network connection would take this terminal along: SSH, and neither screen nor tmux
 * between. The ancestors tell it also behind sudo, which drops the variables.
 */
export async function isUnprotectedSession(
  env: Environment,
  ancestors: () => Promise<readonly string[]> = () => ancestorsOf(process.ppid),
): Promise<boolean> {
  if (env['STY'] !== undefined || env['TMUX'] !== undefined) return false;
  if (/^(screen|tmux)/.test(env['TERM'] ?? '')) return false;
  const names = await ancestors();
  const first = names.find((name) => /^(sshd|tmux|screen)/i.test(name));
  if (first !== undefined) return first.startsWith('sshd');
  return env['SSH_CLIENT'] !== undefined || env['SSH_CONNECTION'] !== undefined;
}

/** Names of the processes from `pid` up to the first of all, the nearest first. */
async function ancestorsOf(pid: number): Promise<string[]> {
  const names: string[] = [];
  let current = pid;
  while (current > 0 && names.length < ANCESTORS_MAX) {
    const stat = await readFile(`/proc/${current}/stat`, 'latin1').catch(() => '');
    // The name may hold blanks and brackets; the last bracket ends it.
    const fields = /^\d+ \((.*)\) \S+ (\d+)/s.exec(stat);
    if (fields === null) break;
    names.push(fields[1] ?? '');
    current = Number(fields[2]);
  }
  return names;
}
