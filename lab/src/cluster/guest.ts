import { HeError } from '@hosted-engine/ports';
import type { LabHost } from '../host.js';
import { type Seen, until } from '../until.js';

/** The engine VM seen from the host it runs on, through the guest agent. */
export interface GuestVm {
  /** Runs a program in the guest. Rejects with HE_FAILED when it exits non-zero. @returns its output. */
  exec(path: string, args: readonly string[]): Promise<string>;
  /** Shuts the guest down as its own user would; does not wait for the end. */
  shutdown(): Promise<void>;
  stopEngine(): Promise<void>;
  startEngine(): Promise<void>;
}

interface GuestStatus {
  readonly exited: boolean;
  readonly exitcode?: number;
  readonly 'out-data'?: string;
  readonly 'err-data'?: string;
}

const GUEST_SECONDS = 30;

function decoded(text: string | undefined): string {
  return Buffer.from(text ?? '', 'base64').toString('utf8');
}

export function clusterVm(host: LabHost, domain = 'HostedEngine'): GuestVm {
  const agent = async (execute: string, words: Readonly<Record<string, unknown>>) => {
    const command = JSON.stringify({ execute, arguments: words });
    const text = await host.execOrThrow([
      'virsh',
      '--connect=qemu:///system',
      'qemu-agent-command',
      domain,
      command,
    ]);
    return (JSON.parse(text) as { readonly return: unknown }).return;
  };

  const exec = async (path: string, args: readonly string[]): Promise<string> => {
    const begun = await agent('guest-exec', { path, arg: args, 'capture-output': true });
    const { pid } = begun as { readonly pid: number };
    const ended = await until(
      async (): Promise<Seen<GuestStatus>> => {
        const status = (await agent('guest-exec-status', { pid })) as GuestStatus;
        return status.exited ? { done: true, value: status } : { done: false, seen: 'running' };
      },
      GUEST_SECONDS,
      `${path} in the guest`,
    );
    const output = decoded(ended['out-data']);
    if (ended.exitcode === 0) return output;
    const said = decoded(ended['err-data']).trim() || output.trim();
    throw new HeError('HE_FAILED', `${path} in the guest exited with ${ended.exitcode}: ${said}`);
  };

  const service = async (verb: 'stop' | 'start'): Promise<void> => {
    // The appliance's own supervisor: without it the service would start again at once.
    await exec('/sbin/service', ['engine', verb]);
  };

  return {
    exec,
    shutdown: async () => {
      await host.execOrThrow([
        'virsh',
        '--connect=qemu:///system',
        'shutdown',
        '--mode=agent',
        domain,
      ]);
    },
    stopEngine: () => service('stop'),
    startEngine: () => service('start'),
  };
}
