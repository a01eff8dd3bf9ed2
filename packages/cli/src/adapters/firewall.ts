import { HeError, type ProcessRunner } from '@hosted-engine/ports';
import { FIREWALL_TABLE, type Firewall } from '@hosted-engine/setup';

/** firewalld may load thousands of rules anew. */
const RELOAD_TIMEOUT_MS = 120_000;
const DEFAULT_SSH_PORT = 22;

/** `sshConnection`: what SSH_CONNECTION holds, where this is an SSH session. */
export function createFirewall(runner: ProcessRunner, sshConnection: string | undefined): Firewall {
  const firewalld = async (...args: string[]): Promise<string | undefined> => {
    const result = await runner.run('firewall-cmd', args, { timeoutMs: RELOAD_TIMEOUT_MS });
    return result.code === 0 ? undefined : result.stderr.trim() || result.stdout.trim();
  };
  const succeeds = async (command: string, ...args: string[]): Promise<boolean> => {
    try {
      return (await runner.run(command, args)).code === 0;
    } catch (thrown) {
      // The program is not there.
      if (thrown instanceof HeError) return false;
      throw thrown;
    }
  };
  return {
    async detect() {
      if (await succeeds('firewall-cmd', '--state')) return 'firewalld';
      return (await succeeds('nft', 'list', 'tables')) ? 'nftables' : undefined;
    },
    async otherFilters() {
      const result = await runner.run('nft', ['-j', 'list', 'ruleset']);
      if (result.code !== 0) {
        throw new HeError('HE_FAILED', `nft list ruleset failed: ${result.stderr.trim()}`);
      }
      return refusingTables(result.stdout);
    },
    async sshPorts() {
      const ports = [...(await daemonPorts(runner)), Number(sshConnection?.split(' ')[3] ?? 0)];
      const known = [...new Set(ports.filter((port) => port > 0))];
      return known.length === 0 ? [DEFAULT_SSH_PORT] : known;
    },
    async openService(name) {
      // A service file becomes known by a reload only.
      const steps = [
        ['--reload'],
        ['--permanent', `--add-service=${name}`],
        [`--add-service=${name}`],
      ];
      for (const step of steps) {
        const why = await firewalld(...step);
        if (why === undefined) continue;
        throw new HeError('HE_FAILED', `firewall-cmd ${step.join(' ')} failed: ${why}`, {
          remedy:
            'look at `firewall-cmd --check-config`, or give OVEHOSTED_NETWORK/firewallManager=str:none',
        });
      }
    },
    async closeService(name) {
      await firewalld('--permanent', `--remove-service=${name}`);
      await firewalld(`--remove-service=${name}`);
    },
  };
}

async function daemonPorts(runner: ProcessRunner): Promise<number[]> {
  try {
    const { stdout } = await runner.run('sshd', ['-T']);
    return [...stdout.matchAll(/^port (\d+)$/gim)].map((match) => Number(match[1]));
  } catch (thrown) {
    if (thrown instanceof HeError) return [];
    throw thrown;
  }
}

interface NftItem {
  readonly chain?: {
    readonly family: string;
    readonly table: string;
    readonly name: string;
    readonly hook?: string;
    readonly type?: string;
    readonly policy?: string;
  };
  readonly rule?: {
    readonly family: string;
    readonly table: string;
    readonly chain: string;
    readonly expr?: readonly unknown[];
  };
}

/**
 * Tables with a chain for what comes in that refuses by its policy, or that has rules in a table where
 * some rule drops or rejects. libvirt's own chains, which only let in, are none.
 */
export function refusingTables(ruleset: string): string[] {
  const { nftables } = JSON.parse(ruleset) as { readonly nftables: readonly NftItem[] };
  const rules = nftables.flatMap(({ rule }) => (rule === undefined ? [] : [rule]));
  const found = nftables.flatMap(({ chain }) => {
    if (chain?.hook !== 'input' || chain.type !== 'filter' || chain.table === FIREWALL_TABLE)
      return [];
    const ofTable = rules.filter(
      ({ family, table }) => family === chain.family && table === chain.table,
    );
    const isUsed = ofTable.some((rule) => rule.chain === chain.name);
    const refuses = ofTable.some(({ expr }) => /"(drop|reject)":/.test(JSON.stringify(expr)));
    const name = `${chain.family} ${chain.table}`;
    return chain.policy === 'drop' || (isUsed && refuses) ? [name] : [];
  });
  return [...new Set(found)];
}
