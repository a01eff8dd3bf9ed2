import { HeError } from '@hosted-engine/ports';
import type { VdsmCaller } from '@hosted-engine/vdsm';
import type { Run } from '../run/run.js';

/** Set-up takes the host over: nobody else's VM may run on it, and no other pool be connected. */
export async function refuseBusyHost(hostd: VdsmCaller, run: Run): Promise<void> {
  const isOwn = ownOf(run);
  const vms = (await hostd.call('Host.getVMList', {})).filter(({ vmId }) => !isOwn(vmId));
  if (vms.length > 0) {
    const ids = vms.map((vm) => vm.vmId).join(', ');
    throw new HeError('HE_HOST_UNSUITABLE', `other VMs are running on this host: ${ids}`, {
      remedy: 'move or stop them, then run the deployment again',
    });
  }
  const pools = (await hostd.call('Host.getConnectedStoragePools', {})).filter((id) => !isOwn(id));
  if (pools.length > 0) {
    const ids = pools.join(', ');
    throw new HeError('HE_HOST_UNSUITABLE', `a storage pool is connected already: ${ids}`, {
      remedy: 'remove this host from the engine that it belongs to, then run the deployment again',
    });
  }
}

/** A resumed run meets what the earlier one made. */
function ownOf({ answers, found }: Run): (id: string) => boolean {
  if (found.earlier === undefined) return () => false;
  const own = [answers.find('OVEHOSTED_VM/vmUUID'), answers.find('OVEHOSTED_STORAGE/spUUID')];
  return (id) => own.includes(id);
}
