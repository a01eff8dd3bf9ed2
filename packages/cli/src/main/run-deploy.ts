import { createProcessRunner } from '@hosted-engine/platform';
import type { Clock } from '@hosted-engine/ports';
import { deploy, exitCodeOf, requireRoot } from '@hosted-engine/setup';
import { createHostFacts } from '../adapters/host-facts.js';
import { openRunLog } from '../adapters/run-log.js';
import { isUnprotectedSession } from '../adapters/session.js';
import type { DeployArguments } from '../context.js';
import { createTerminalDialog, type Terminal } from '../terminal/terminal-dialog.js';
import { createDeployWorld } from './deploy-world.js';

export const LOG_DIRECTORY = '/var/log/ovirt-hosted-engine-setup';

export interface DeployHost {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Opens the log of the run and hands this host to the set-up. Resolves with its exit code. */
export async function runDeploy(host: DeployHost, options: DeployArguments): Promise<number> {
  const { env, clock } = host;
  const searchPath = env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin';
  // The log itself cannot be written without these rights.
  requireRoot(createHostFacts(searchPath, createProcessRunner()));
  const log = openRunLog(LOG_DIRECTORY, new Date());
  try {
    const outcome = await deploy(
      createDeployWorld(clock, log, searchPath, env['SSH_CONNECTION']),
      options.makeDialog?.(log) ??
        createTerminalDialog(terminalFor(host.terminal, options), log, clock),
      {
        configFiles: options.configFiles,
        given: options.given ?? [],
        isCheckOnly: options.isCheckOnly === true,
        ...(options.generateAnswer === undefined ? {} : { generateAnswer: options.generateAnswer }),
        version: host.version,
        isUnprotectedSession: await isUnprotectedSession(env),
      },
      options.signal ?? host.signal,
    );
    return exitCodeOf(outcome);
  } finally {
    log.close();
  }
}

/** A check asks nobody: it is to find out whether the answers suffice. */
function terminalFor(terminal: Terminal, options: DeployArguments): Terminal {
  return options.isCheckOnly === true ? { ...terminal, readLine: undefined } : terminal;
}
