import { HeError } from '@hosted-engine/ports';
import { isVdsmError, VDSM_CODE } from '@hosted-engine/vdsm';
import type { CliContext } from './context.js';
import { requireDeployed } from './deployed.js';
import { withHostd } from './with-hostd.js';

/** For as long the password lets somebody in; whoever is in by then stays. */
const TICKET_TTL_S = 120;

/**
 * Sets the password of the engine VM's graphical console on this host; resolves with how to connect.
 * HE_FAILED when the VM does not run here, HE_HOSTD_REFUSED when it has no such console.
 */
export async function setConsoleTicket(
  context: CliContext,
  password: string,
): Promise<readonly string[]> {
  const { vmId } = await requireDeployed(context);
  return withHostd(context, async (hostd) => {
    try {
      await hostd.call('VM.setTicket', {
        vmID: vmId,
        password,
        ttl: TICKET_TTL_S,
        existingConnAction: 'keep',
        params: {},
      });
      const [stats] = await hostd.call('VM.getStats', { vmID: vmId });
      const displays = stats?.status === 'Down' ? [] : (stats?.displayInfo ?? []);
      const viewers = displays.flatMap(({ type, port }) => {
        const isOpen = Number(port) > 0;
        return isOpen ? [`remote-viewer ${type}://${context.hostname()}:${port}`] : [];
      });
      return [`The password is set for ${TICKET_TTL_S} seconds. To connect:`, ...viewers];
    } catch (thrown) {
      if (!isVdsmError(thrown, VDSM_CODE.noSuchVm)) throw thrown;
      throw new HeError('HE_FAILED', 'the engine VM does not run on this host', {
        remedy: '`hosted-engine --vm-status` shows where it runs',
      });
    }
  });
}
