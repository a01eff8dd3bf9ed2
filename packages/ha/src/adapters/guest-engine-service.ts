import { type EngineService, HeError, type ProcessRunner } from '@hosted-engine/ports';

export interface GuestEngineServiceOptions {
  readonly processes: ProcessRunner;
  /** libvirt's name of the engine VM. */
  readonly vmName: string;
}

/** What a guest may have to restart its engine with: the bundled appliance's, and a real engine's systemd. */
const COMMANDS = [
  { path: '/sbin/service', arg: ['engine', 'restart'] },
  { path: '/usr/bin/systemctl', arg: ['restart', 'ovirt-engine'] },
] as const;
const TIMEOUT_MS = 20_000;

/** Asks the guest's agent, through libvirt's own tool: works beside a real VDSM as well. */
export function createGuestEngineService(options: GuestEngineServiceOptions): EngineService {
  async function agent(execute: string, argument: unknown): Promise<unknown> {
    const request = JSON.stringify({ execute, arguments: argument });
    const { code, stdout, stderr } = await options.processes.run(
      'virsh',
      ['-c', 'qemu:///system', 'qemu-agent-command', '--timeout', '10', options.vmName, request],
      { timeoutMs: TIMEOUT_MS },
    );
    if (code !== 0) throw new HeError('HE_FAILED', `the guest agent: ${stderr.trim()}`);
    return (JSON.parse(stdout) as { return: unknown }).return;
  }

  return {
    async restart() {
      let last: unknown;
      for (const command of COMMANDS) {
        try {
          await agent('guest-exec', { ...command, 'capture-output': false });
          return;
        } catch (error) {
          last = error;
        }
      }
      throw last;
    },
  };
}
