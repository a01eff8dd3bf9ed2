import type { IpLink, IpRoute } from '@hosted-engine/core';
import { HeError, type ProcessRunner } from '@hosted-engine/ports';
import type { HostLinks } from '@hosted-engine/setup';
import { exists } from './host-facts.js';

export function createHostLinks(runner: ProcessRunner): HostLinks {
  const ip = async <T>(...args: string[]): Promise<readonly T[]> => {
    const result = await runner.run('ip', args);
    if (result.code !== 0) {
      throw new HeError('HE_FAILED', `ip ${args.join(' ')} failed: ${result.stderr.trim()}`);
    }
    const text = result.stdout.trim();
    return JSON.parse(text === '' ? '[]' : text) as readonly T[];
  };
  return {
    async look() {
      const links = await ip<IpLink>('-j', '-d', 'address');
      const routes = [
        ...(await ip<IpRoute>('-j', '-4', 'route')),
        ...(await ip<IpRoute>('-j', '-6', 'route')),
      ];
      const names = links.map(({ ifname }) => ifname);
      const radios = await Promise.all(
        names.map((name) => exists(`/sys/class/net/${name}/phy80211`)),
      );
      return { links, routes, wireless: names.filter((_, index) => radios[index]) };
    },
  };
}
