import { HeError } from '@hosted-engine/ports';
import type { HostdSession } from '../ports.js';
import type { Run } from './run.js';

/** The host daemon, for an undo that may run while there is none. HE_HOSTD_UNREACHABLE. */
export function hostdOf(run: Run): HostdSession {
  const { hostd } = run.found;
  if (hostd !== undefined) return hostd;
  throw new HeError('HE_HOSTD_UNREACHABLE', 'the host daemon cannot be asked', {
    remedy: 'look at `systemctl status vdsmd` and its log, then run ovirt-hosted-engine-cleanup',
  });
}
