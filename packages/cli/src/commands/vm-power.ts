import { HeError } from '@hosted-engine/ports';
import { isVdsmError, VDSM_CODE, type VdsmCaller } from '@hosted-engine/vdsm';
import type { Command } from '../command.js';
import { requireDeployed } from '../deployed.js';
import { withHostd } from '../with-hostd.js';

/** Seconds that the guest's users are given, and that its shutdown may take. */
const SHUTDOWN_DELAY_S = 120;

export const VM_SHUTDOWN: Command = {
  name: 'vm-shutdown',
  summary: 'shut the engine VM down gracefully',
  details: [
    'Outside of global maintenance the hosts take care that it runs again, on another host.',
  ],
  options: [],
  run: (context) =>
    powerCommand(context, (hostd, vmID) =>
      hostd.call('VM.shutdown', {
        vmID,
        delay: SHUTDOWN_DELAY_S,
        message: 'VM is shutting down!',
        timeout: SHUTDOWN_DELAY_S,
      }),
    ),
};

export const VM_POWEROFF: Command = {
  name: 'vm-poweroff',
  summary: 'power the engine VM off at once',
  options: [],
  run: (context) => powerCommand(context, (hostd, vmID) => hostd.call('VM.destroy', { vmID })),
};

async function powerCommand(
  context: Parameters<Command['run']>[0],
  action: (hostd: VdsmCaller, vmID: string) => Promise<unknown>,
): Promise<number> {
  const { vmId } = await requireDeployed(context);
  await withHostd(context, async (hostd) => {
    try {
      await action(hostd, vmId);
    } catch (thrown) {
      if (!isVdsmError(thrown, VDSM_CODE.noSuchVm)) throw thrown;
      throw new HeError('HE_FAILED', 'the engine VM does not run on this host', {
        remedy: '`hosted-engine --vm-status` shows where it runs',
      });
    }
  });
  return 0;
}
