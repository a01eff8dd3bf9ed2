import { readdirSync, readFileSync } from 'node:fs';
import { HeError, isErrno, type ProcessOptions, type ProcessResult } from '@hosted-engine/ports';
import { requestJson } from './control/json-socket.js';
import type { Reply } from './host-init/verbs.js';
import type { Lab } from './lab.js';
import { BRIDGE, type HostPlan } from './network-plan.js';
import { HOST_SOCKET } from './paths.js';
import { readProcStat } from './proc/process-identity.js';
import { outputOrThrow, run } from './proc/run.js';
import { until, when } from './until.js';

export interface HostProcess {
  /** In the host's own numbering. */
  readonly pid: number;
  readonly comm: string;
  readonly argv: readonly string[];
  /** Clock ticks since boot: with the pid it names the process for good. */
  readonly startTicks: number;
  /** As in ps: T is stopped, Z is a zombie. */
  readonly state: string;
}

const BOOT_SECONDS = 30;
const SYSTEMCTL_TIMEOUT_MS = 200_000;

/** All that a program in a host has of an environment: nothing of the caller's gets in. */
const ENVIRONMENT = [
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'LANG=C.UTF-8',
  'HOME=/root',
  'NO_COLOR=1',
];

// A FUSE mount without its process fails every call with ENOTCONN.
const REMOUNT_DEAD = `
while read -r source target type options rest; do
  case $type in fuse.bindfs|fuse) ;; *) continue ;; esac
  [ "$target" = /sys/fs/fuse/connections ] && continue
  stat -f "$target" >/dev/null 2>&1 && continue
  umount -l "$target" && mount -t fuse.bindfs -o direct_io "$source" "$target"
done </proc/mounts
`;

const MANAGEMENT_CUT = `table inet lab-management {
  chain in { type filter hook input priority 0; iifname "${BRIDGE}" drop; }
  chain out { type filter hook output priority 0; oifname "${BRIDGE}" drop; }
}
`;

/** One host of a lab: power, commands in it, its services, and its own faults. */
export class LabHost {
  readonly plan: HostPlan;
  readonly #lab: Lab;

  constructor(lab: Lab, plan: HostPlan) {
    this.#lab = lab;
    this.plan = plan;
  }

  get id(): number {
    return this.plan.id;
  }

  get name(): string {
    return this.plan.name;
  }

  /** PID 1 in the site's numbering. Rejects with HE_FAILED when the host is powered off. */
  async #initPid(): Promise<number> {
    const view = await this.#lab.view();
    const pid = view.hosts.find((one) => one.id === this.id)?.pid ?? 0;
    if (pid === 0) throw new HeError('HE_FAILED', `${this.name} is powered off`);
    return pid;
  }

  async isOn(): Promise<boolean> {
    const view = await this.#lab.view();
    return (view.hosts.find((one) => one.id === this.id)?.pid ?? 0) !== 0;
  }

  /** A path of the host's file system as this process reaches it, while the host is on. */
  async reach(path: string): Promise<string> {
    return this.#lab.sitePath(`/proc/${await this.#initPid()}/root${path}`);
  }

  /** Switches the host on; resolves when its service manager answers. */
  async powerOn(): Promise<void> {
    await this.#lab.request({ op: 'power-on', host: this.id });
    await until(
      async () => when((await this.systemctl('list-units')).code === 0, 'no service manager'),
      BOOT_SECONDS,
      `boot of ${this.name}`,
    );
  }

  /** The power cut: every process of the host ends at once. */
  async powerOff(): Promise<void> {
    await this.#lab.request({ op: 'power-off', host: this.id });
  }

  async cutNetwork(): Promise<void> {
    await this.#lab.request({ op: 'cable', host: this.id, up: false });
  }

  async healNetwork(): Promise<void> {
    await this.#lab.request({ op: 'cable', host: this.id, up: true });
  }

  /**
   * The host's own address on the management network is dead: what it sends and what is sent to it is
   * lost. Guests on its bridge, and its network to the other hosts, go on.
   */
  async cutManagement(): Promise<void> {
    await this.execOrThrow(['nft', '-f', '-'], { input: MANAGEMENT_CUT });
  }

  async healManagement(): Promise<void> {
    await this.exec(['nft', 'delete', 'table', 'inet', 'lab-management']);
  }

  /** The words that run a program in this host. */
  async enter(): Promise<readonly string[]> {
    const site = String(this.#lab.state.site.pid);
    const host = String(await this.#initPid());
    const all = ['-m', '-u', '-i', '-n', '-p'];
    const inHost = ['nsenter', '-t', host, ...all, '--', 'env', '-i', ...ENVIRONMENT];
    return ['nsenter', '-t', site, ...all, '--', ...inHost];
  }

  /** Runs a program in the host, as root. A non-zero exit is a result. */
  async exec(argv: readonly string[], options: ProcessOptions = {}): Promise<ProcessResult> {
    const [program = '', ...entered] = await this.enter();
    return run(program, [...entered, ...argv], { cwd: '/', ...options });
  }

  /** As exec, but a non-zero exit rejects with what the program said. @returns its output. */
  async execOrThrow(argv: readonly string[], options: ProcessOptions = {}): Promise<string> {
    return outputOrThrow(await this.exec(argv, options), `${this.name}: ${argv.join(' ')}`);
  }

  /** The host's systemctl, without a process of its own. */
  async systemctl(...words: string[]): Promise<Reply> {
    const socket = await this.reach(HOST_SOCKET);
    return (await requestJson(socket, { systemctl: words }, SYSTEMCTL_TIMEOUT_MS)) as Reply;
  }

  async #systemctlOrThrow(...words: string[]): Promise<void> {
    const reply = await this.systemctl(...words);
    if (reply.code !== 0) throw new HeError('HE_FAILED', `${this.name}: ${reply.stderr.trim()}`);
  }

  async isActive(unit: string): Promise<boolean> {
    return (await this.systemctl('is-active', unit)).code === 0;
  }

  async mainPid(unit: string): Promise<number> {
    return Number((await this.systemctl('show', '-p', 'MainPID', '--value', unit)).stdout);
  }

  startDaemon(unit: string): Promise<void> {
    return this.#systemctlOrThrow('start', unit);
  }

  stopDaemon(unit: string): Promise<void> {
    return this.#systemctlOrThrow('stop', unit);
  }

  restartDaemon(unit: string): Promise<void> {
    return this.#systemctlOrThrow('restart', unit);
  }

  killDaemon(unit: string): Promise<void> {
    return this.#systemctlOrThrow('kill', '--signal=KILL', '--kill-whom=main', unit);
  }

  freezeDaemon(unit: string): Promise<void> {
    return this.#systemctlOrThrow('kill', '--signal=STOP', '--kill-whom=main', unit);
  }

  thawDaemon(unit: string): Promise<void> {
    return this.#systemctlOrThrow('kill', '--signal=CONT', '--kill-whom=main', unit);
  }

  /** The processes of the host, in its own numbering. */
  async processes(): Promise<readonly HostProcess[]> {
    const root = await this.reach('/proc');
    const found: HostProcess[] = [];
    for (const entry of readdirSync(root)) {
      const pid = Number(entry);
      if (!Number.isInteger(pid)) continue;
      const stat = readProcStat(pid, root);
      if (stat === undefined || stat.state === 'Z') continue;
      const { comm, startTicks, state } = stat;
      found.push({ pid, comm, startTicks, state, argv: readArgv(`${root}/${pid}/cmdline`) });
    }
    return found;
  }

  async signal(pids: readonly number[], signal: 'KILL' | 'STOP' | 'CONT' | 'TERM'): Promise<void> {
    if (pids.length === 0) return;
    await this.execOrThrow(['sh', '-c', `kill -${signal} ${pids.join(' ')}`]);
  }

  /** The pass-through processes that carry this host's shared storage. */
  async storagePids(): Promise<readonly number[]> {
    const all = await this.processes();
    return all.filter((one) => one.comm === 'bindfs').map((one) => one.pid);
  }

  async #withStorage(signal: 'KILL' | 'STOP' | 'CONT'): Promise<void> {
    const pids = await this.storagePids();
    if (pids.length === 0) {
      throw new HeError('HE_FAILED', `${this.name} has no shared storage mounted`);
    }
    await this.signal(pids, signal);
  }

  /** Storage that does not answer, as a hung NFS server: for this host alone. */
  hangStorage(): Promise<void> {
    return this.#withStorage('STOP');
  }

  /**
   * Storage answers again: after a hang the mounts go on, after a break they are made anew in
   * place, for a FUSE mount that lost its process never recovers by itself.
   */
  async healStorage(): Promise<void> {
    await this.signal(await this.storagePids(), 'CONT');
    await this.execOrThrow(['sh', '-c', REMOUNT_DEAD]);
  }

  /** Storage that fails every operation with an I/O error, for this host alone. */
  breakStorage(): Promise<void> {
    return this.#withStorage('KILL');
  }

  /** The QEMU of a domain. @returns undefined when this host runs none. */
  async qemu(domain = 'HostedEngine'): Promise<HostProcess | undefined> {
    const all = await this.processes();
    return all.find(
      (one) =>
        one.comm.startsWith('qemu-system') &&
        one.argv.some((word) => word === `guest=${domain}` || word.startsWith(`guest=${domain},`)),
    );
  }

  /** SIGKILL to the VM's QEMU. */
  async killVm(domain = 'HostedEngine'): Promise<void> {
    const qemu = await this.qemu(domain);
    if (qemu === undefined)
      throw new HeError('HE_FAILED', `${domain} does not run on ${this.name}`);
    await this.signal([qemu.pid], 'KILL');
  }
}

function readArgv(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\0').slice(0, -1);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ESRCH')) return [];
    throw error;
  }
}
