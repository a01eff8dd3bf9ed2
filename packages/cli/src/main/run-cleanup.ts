import { createProcessRunner } from '@hosted-engine/platform';
import { cleanUp, exitCodeOf, requireRoot } from '@hosted-engine/setup';
import { createHostFacts } from '../adapters/host-facts.js';
import { openRunLog } from '../adapters/run-log.js';
import type { CleanupArguments } from '../context.js';
import { createTerminalDialog } from '../terminal/terminal-dialog.js';
import { createDeployWorld } from './deploy-world.js';
import { type DeployHost, LOG_DIRECTORY } from './run-deploy.js';

/** Opens a log of its own and undoes the deployment of this host. Resolves with the exit code. */
export async function runCleanup(host: DeployHost, options: CleanupArguments): Promise<number> {
  const { env, clock, signal, version } = host;
  const searchPath = env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin';
  requireRoot(createHostFacts(searchPath, createProcessRunner()));
  const log = openRunLog(LOG_DIRECTORY, new Date(), 'ovirt-hosted-engine-cleanup');
  try {
    const outcome = await cleanUp(
      createDeployWorld(clock, log, searchPath),
      createTerminalDialog(host.terminal, log, clock),
      { ...options, version },
      signal,
    );
    return exitCodeOf(outcome);
  } finally {
    log.close();
  }
}
