import { HeError, type ProcessRunner } from '@hosted-engine/ports';
import type { Services } from '@hosted-engine/setup';

/** A unit's own start time-out is 90 s by default; the command must outlast it. */
const JOB_TIMEOUT_MS = 180_000;

export function createServices(runner: ProcessRunner): Services {
  const job = async (verb: string, unit: string): Promise<void> => {
    const result = await runner.run('systemctl', [verb, unit], { timeoutMs: JOB_TIMEOUT_MS });
    if (result.code === 0) return;
    const why = result.stderr.trim() || `exit code ${result.code}`;
    throw new HeError('HE_FAILED', `cannot ${verb} ${unit}: ${why}`, {
      remedy: `look at \`systemctl status ${unit}\``,
    });
  };
  const answer = async (verb: string, unit: string): Promise<boolean> => {
    return (await runner.run('systemctl', [verb, '--quiet', unit])).code === 0;
  };
  return {
    isActive: (unit) => answer('is-active', unit),
    isEnabled: (unit) => answer('is-enabled', unit),
    start: (unit) => job('start', unit),
    restart: (unit) => job('restart', unit),
    stop: (unit) => job('stop', unit),
    enable: (unit) => job('enable', unit),
    disable: (unit) => job('disable', unit),
  };
}
