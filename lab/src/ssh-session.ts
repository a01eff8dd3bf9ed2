import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabHost } from './host.js';
import type { Lab } from './lab.js';
import { until, when } from './until.js';

const LOGIN_SECONDS = 20;

/** An admin's SSH session into a host, from the gateway's side of the lab's network. */
export class SshSession {
  readonly #child: ChildProcess;
  #output = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding('utf8');
    child.stdout?.on('data', (text: string) => {
      this.#output += text;
    });
  }

  /** Logs in with a key of the lab's own, which the host's root is made to accept. */
  static async open(lab: Lab, host: LabHost): Promise<SshSession> {
    const key = await adminKey(lab, host);
    const options = [
      '-i',
      key,
      '-o',
      'StrictHostKeyChecking=no',
      '-o',
      'UserKnownHostsFile=/dev/null',
    ];
    // A connection that is lost ends the session within 20 s.
    const alive = [
      '-o',
      'ServerAliveInterval=5',
      '-o',
      'ServerAliveCountMax=4',
      '-o',
      'LogLevel=ERROR',
    ];
    const words = [...options, ...alive, `root@${host.plan.address}`, 'echo in; exec sh'];
    const site = ['-t', String(lab.state.site.pid), '-n', '--'];
    const session = new SshSession(
      spawn('nsenter', [...site, 'ssh', ...words], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    await until(
      () => when(session.#output.includes('in\n'), session.#output),
      LOGIN_SECONDS,
      `an SSH session into ${host.name}`,
    );
    return session;
  }

  get isOpen(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What the session's shell answers to a command line. */
  async ask(command: string, boundSeconds = 20): Promise<string> {
    const mark = `<end ${Math.random()}>`;
    const from = this.#output.length;
    this.#child.stdin?.write(`${command}\necho '${mark}'\n`);
    return until(
      () => {
        const said = this.#output.slice(from);
        const end = said.indexOf(mark);
        return end < 0
          ? { done: false, seen: this.isOpen ? said : 'the session has ended' }
          : { done: true, value: said.slice(0, end) };
      },
      boundSeconds,
      'an answer of the SSH session',
    );
  }

  close(): void {
    this.#child.kill('SIGKILL');
  }
}

async function adminKey(lab: Lab, host: LabHost): Promise<string> {
  const folder = join(lab.paths.dir, 'ssh');
  const key = join(folder, 'id_ed25519');
  if (!existsSync(key)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'lab admin', '-f', key]);
  }
  const publicKey = readFileSync(`${key}.pub`, 'utf8');
  await host.execOrThrow(
    ['sh', '-c', 'umask 077; mkdir -p /root/.ssh; cat >>/root/.ssh/authorized_keys'],
    { input: publicKey },
  );
  await host.startDaemon('ssh');
  return key;
}
