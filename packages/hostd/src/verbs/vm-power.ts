import { VDSM_CODE, type VerbHandlers } from '@hosted-engine/vdsm';
import type { VmTable } from '../vm/vm-table.js';
import { flagParameter, secondsParameter } from './parameter.js';

type VmPowerVerbs = Pick<
  VerbHandlers,
  'VM.destroy' | 'VM.shutdown' | 'VM.pause' | 'VM.cont' | 'VM.reset'
>;

/** How long VM.shutdown lets the guest take when the caller does not say. */
const SHUTDOWN_TIMEOUT_S = 120;

export function vmPowerVerbs({ vms }: { readonly vms: VmTable }): VmPowerVerbs {
  return {
    'VM.destroy': async ({ vmID }) => {
      await vms.destroy(vmID);
      return true;
    },
    // `delay` and `message` are for people logged in at the guest; neither QEMU's guest agent nor
    // the power button can pass them on.
    'VM.shutdown': async ({ vmID, reboot, timeout, force }) => {
      vms.shutdown(vmID, {
        reboot: flagParameter('reboot', reboot, false),
        timeoutMs: secondsParameter('timeout', timeout, SHUTDOWN_TIMEOUT_S) * 1000,
        force: flagParameter('force', force, false),
      });
      return true;
    },
    'VM.pause': async ({ vmID }) => {
      await vms.command(vmID, { kind: 'pause' }, VDSM_CODE.unexpected);
      return { vmList: {} };
    },
    'VM.cont': async ({ vmID }) => {
      await vms.command(vmID, { kind: 'resume' }, VDSM_CODE.unexpected);
      return { vmList: {} };
    },
    'VM.reset': async ({ vmID }) => {
      await vms.command(vmID, { kind: 'reset' }, VDSM_CODE.resetFailed);
      return true;
    },
  };
}
