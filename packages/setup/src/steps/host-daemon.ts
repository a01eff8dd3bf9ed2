import { HeError } from '@hosted-engine/ports';
import type { VdsmCaller } from '@hosted-engine/vdsm';

/** Set-up takes the host over: nobody else's VM may run on it, and no other pool be connected. */
export async function refuseBusyHost(hostd: VdsmCaller): Promise<void> {
  const vms = await hostd.call('Host.getVMList', {});
  if (vms.length > 0) {
    const ids = vms.map((vm) => vm.vmId).join(', ');
    throw new HeError('HE_HOST_UNSUITABLE', `other VMs are running on this host: ${ids}`, {
      remedy: 'move or stop them, then run the deployment again',
    });
  }
  const pools = await hostd.call('Host.getConnectedStoragePools', {});
  if (pools.length > 0) {
    const ids = pools.join(', ');
    throw new HeError('HE_HOST_UNSUITABLE', `a storage pool is connected already: ${ids}`, {
      remedy: 'remove this host from the engine that it belongs to, then run the deployment again',
    });
  }
}
