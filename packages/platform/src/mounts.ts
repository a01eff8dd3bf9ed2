import fs from 'node:fs';
import {
  type Clock,
  HeError,
  type MountEntry,
  type MountHealth,
  type MountSpec,
  type Mounts,
  OneAtATime,
  type ProcessRunner,
} from '@hosted-engine/ports';
import { parseMountInfo } from './mount-info.js';

export interface MountsOptions {
  readonly processes: ProcessRunner;
  readonly clock: Clock;
  /** @default 60000 */
  readonly mountDeadlineMs?: number;
  /** @default 3000 */
  readonly probeDeadlineMs?: number;
  /** Whether systemd is PID 1. @default whether /run/systemd/system exists */
  readonly hasSystemd?: boolean;
}

/** Mounts of this mount namespace, by the `mount` and `umount` commands. */
export function createMounts(options: MountsOptions): Mounts {
  const { processes, clock } = options;
  const timeoutMs = options.mountDeadlineMs ?? 60_000;
  const probeMs = options.probeDeadlineMs ?? 3000;
  const hasSystemd = options.hasSystemd ?? fs.existsSync('/run/systemd/system');
  const probes = new Map<string, OneAtATime>();

  return {
    mount: async (spec) => {
      const command = mountCommand(spec, hasSystemd);
      const [program, ...args] = command;
      await runChecked(processes, program, args, timeoutMs, `mount ${spec.source}`);
    },

    unmount: async (target, { lazy = false } = {}) => {
      const isMounted = (await list()).some((entry) => entry.target === target);
      if (!isMounted) return;
      const args = lazy ? ['-l', target] : [target];
      await runChecked(processes, 'umount', args, timeoutMs, `unmount ${target}`);
    },

    list,

    probe: async (target): Promise<MountHealth> => {
      const turn = probes.get(target) ?? new OneAtATime(clock);
      probes.set(target, turn);
      // Not even for its own time behind a look that hangs: the answer would be the same.
      if (turn.busy) return 'unknown';
      try {
        return await turn.run(`look at ${target}`, probeMs, () => look(target));
      } catch {
        return 'unknown';
      }
    },
  };
}

async function list(): Promise<readonly MountEntry[]> {
  // The kernel's own table; reading it does not touch the file systems in it.
  return parseMountInfo(await fs.promises.readFile('/proc/self/mountinfo', 'latin1'));
}

type Command = readonly [string, ...string[]];

/**
 * Under systemd a FUSE helper started by us would live in our service's control group; a scope of
 * its own lets it outlive any way in which the service is stopped (I7).
 */
function mountCommand(spec: MountSpec, hasSystemd: boolean): Command {
  const options = spec.options === '' ? [] : ['-o', spec.options];
  const mount: Command = ['mount', '-t', spec.type, ...options, spec.source, spec.target];
  return hasSystemd ? ['systemd-run', '--scope', '--quiet', '--collect', ...mount] : mount;
}

async function runChecked(
  processes: ProcessRunner,
  program: string,
  args: readonly string[],
  timeoutMs: number,
  what: string,
): Promise<void> {
  const result = await processes.run(program, args, { timeoutMs });
  if (result.code === 0) return;
  // mount(8) ends with a hint to look elsewhere.
  const lines = result.stderr.split('\n').map((line) => line.trim());
  const said = lines.filter((line) => line !== '' && !line.startsWith('dmesg(1)')).at(-1) ?? '';
  throw new HeError('HE_STORAGE_UNREACHABLE', `cannot ${what}: ${said} (exit ${result.code})`, {
    remedy: 'check the path, the mount options and that the storage server answers',
  });
}

function look(target: string): Promise<MountHealth> {
  return new Promise((resolve) => {
    fs.statfs(target, (error) => {
      if (error === null) resolve('ok');
      else resolve(['ENOTCONN', 'ESTALE'].includes(error.code ?? '') ? 'dead' : 'unknown');
    });
  });
}
