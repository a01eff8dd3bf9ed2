import type { IpLink } from '@hosted-engine/core';
import { HeError, type ProcessRunner } from '@hosted-engine/ports';
import { type DeviceConfig, deviceConfig, multipathDevices } from './device-config.js';

const TIMEOUT_MS = 20_000;

export interface NetworkState {
  readonly links: readonly IpLink[];
  readonly config: (link: IpLink) => DeviceConfig;
  /** Interfaces with a route that leads several ways. */
  readonly multipath: readonly string[];
}

/** The network of this host, by iproute2. */
export interface IpTool {
  links(): Promise<readonly IpLink[]>;
  state(): Promise<NetworkState>;
  /** Carries the commands out, up to the first that fails. HE_FAILED with what `ip` said. */
  apply(commands: readonly string[]): Promise<void>;
  /** Carries out as many as it can. Resolves with what `ip` said of the others. */
  force(commands: readonly string[]): Promise<string>;
}

export function createIpTool(processes: ProcessRunner): IpTool {
  const read = async (args: readonly string[]): Promise<string> => {
    const result = await processes.run('ip', args, { timeoutMs: TIMEOUT_MS });
    if (result.code === 0) return result.stdout;
    throw new HeError('HE_FAILED', `ip ${args.join(' ')} failed: ${result.stderr.trim()}`);
  };
  const json = async <T>(args: readonly string[]): Promise<readonly T[]> => {
    const text = (await read(args)).trim();
    return JSON.parse(text === '' ? '[]' : text) as readonly T[];
  };
  const links = () => json<IpLink>(['-j', '-d', 'address']);
  const batch = (options: readonly string[], commands: readonly string[]) =>
    processes.run('ip', [...options, '-batch', '-'], {
      input: `${commands.join('\n')}\n`,
      timeoutMs: TIMEOUT_MS,
    });
  return {
    links,
    async state() {
      const [all, inet, inet6] = await Promise.all([
        links(),
        read(['-4', '-o', 'route', 'show', 'table', 'all']),
        read(['-6', '-o', 'route', 'show', 'table', 'all']),
      ]);
      const routes = { inet, inet6 };
      return {
        links: all,
        config: (link) => deviceConfig(link, routes),
        multipath: multipathDevices(routes),
      };
    },
    async apply(commands) {
      const result = await batch([], commands);
      if (result.code === 0) return;
      const line = Number(/Command failed -:(\d+)/.exec(result.stderr)?.[1]);
      const command = commands[line - 1] ?? 'the batch';
      const why = result.stderr.split('\n')[0]?.trim() ?? `exit code ${result.code}`;
      throw new HeError('HE_FAILED', `ip ${command}: ${why}`);
    },
    async force(commands) {
      return (await batch(['-force'], commands)).stderr.trim();
    },
  };
}
