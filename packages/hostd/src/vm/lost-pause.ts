// A guest that an I/O error pauses gives its lease up (libvirt does that for it), so sanlock ends no
// QEMU of a paused guest when the host's id is lost. VDSM does, for VMs with a lease, after 80 s
// (`vm_kill_paused_time`); here sanlock's own word is what counts.
//
//   P1. Only a guest that an I/O error has paused, and only when sanlock says that this host does not
//       hold its id in the lockspace of one of the guest's leases: the lease cannot be taken again
//       here, and another host may run the VM already. Not knowing ends nothing (I5).
//   P2. It stays listed, Down with exit reason 14, for those who want to know why.

import { type Clock, type Log, messageOf, type VirtDriver } from '@hosted-engine/ports';
import { readDomainXml } from '@hosted-engine/vdsm';
import type { VmRecord } from './vm-record.js';
import type { VmRegistry } from './vm-registry.js';

export interface LostPauseDeps {
  readonly driver: VirtDriver;
  readonly registry: VmRegistry;
  /** See Storage. */
  readonly isHostIdLost: (sdUUID: string) => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

const INTERVAL_MS = 2000;

/** Runs until `signal` aborts. */
export async function endLostPauses(deps: LostPauseDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const record of deps.registry.all()) await endIfLost(record, deps);
    await deps.clock.sleep(INTERVAL_MS, signal);
  }
}

function isLost(record: VmRecord, { isHostIdLost }: LostPauseDeps): boolean {
  if (record.status !== 'Paused' || record.pauseCode === 'NOERR') return false;
  return readDomainXml(record.xml).leases.some(({ lockspace }) => isHostIdLost(lockspace));
}

async function endIfLost(record: VmRecord, deps: LostPauseDeps): Promise<void> {
  const { driver, registry, log } = deps;
  const { vmId, name, intent } = record;
  try {
    if (!isLost(record, deps)) return;
    log.warn(`ending VM ${name}: paused on an I/O error, and its lease is lost`, { vmId });
    registry.update(vmId, (old) => ({ ...old, intent: 'end-pause' }));
    await driver.command(vmId, { kind: 'destroy' });
  } catch (error) {
    registry.update(vmId, (old) => ({ ...old, intent }));
    log.error(`the paused VM could not be ended: ${messageOf(error)}`, { vmId });
  }
}
