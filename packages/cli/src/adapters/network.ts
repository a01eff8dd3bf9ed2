import { lookup, lookupService, Resolver } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import type { ProcessRunner } from '@hosted-engine/ports';
import { isErrno } from '@hosted-engine/ports/errno';
import type { Network } from '@hosted-engine/setup';

const PING_TIMEOUT_S = 5;
const DNS_TIMEOUT_MS = 2000;
const ANY_PORT = 22;

export function createNetwork(runner: ProcessRunner): Network {
  return {
    ping: async (address) => {
      const args = ['-n', '-q', '-c', '1', '-W', String(PING_TIMEOUT_S), address];
      return (await runner.run('ping', args)).code === 0;
    },
    resolve: async (name) => {
      try {
        const found = await lookup(name, { all: true });
        return [...new Set(found.map(({ address }) => address))];
      } catch (thrown) {
        if (isErrno(thrown, 'ENOTFOUND', 'EAI_AGAIN')) return [];
        throw thrown;
      }
    },
    isInDns,
    reverse: async (address) => {
      try {
        const { hostname } = await lookupService(address, ANY_PORT);
        // What has no name is called by its address.
        return hostname === address ? [] : [hostname];
      } catch (thrown) {
        return isErrno(thrown, 'ENOTFOUND') ? [] : 'unknown';
      }
    },
    localAddresses: () =>
      Object.values(networkInterfaces()).flatMap((entries) =>
        (entries ?? []).map(({ address }) => address),
      ),
  };
}

async function isInDns(name: string): Promise<boolean | 'unknown'> {
  const resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: 1 });
  const answers = await Promise.all([
    known(() => resolver.resolve4(name)),
    known(() => resolver.resolve6(name)),
  ]);
  if (answers.includes(true)) return true;
  return answers.includes('unknown') ? 'unknown' : false;
}

async function known(query: () => Promise<readonly string[]>): Promise<boolean | 'unknown'> {
  try {
    return (await query()).length > 0;
  } catch (thrown) {
    return isErrno(thrown, 'ENOTFOUND', 'ENODATA') ? false : 'unknown';
  }
}
