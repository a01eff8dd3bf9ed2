// The target's side of a migration: the images are prepared before the source begins, and the VM is
// listed as 'Migration Destination' until its guest runs here. The source decides over a migration;
// this side only clears up after one that came to nothing.

import { VDSM_CODE, VdsmError } from '@hosted-engine/vdsm';
import { EXIT, ended, newVmRecord, type VmRecord, withStatus } from './vm-record.js';
import type { VmRegistry } from './vm-registry.js';
import type { VmImages } from './vm-starter.js';

/** How long the source may take to have the hypervisor open the domain here. */
const APPEARS_S = 60;

export interface VmIncomingDeps {
  readonly registry: VmRegistry;
  readonly images: VmImages;
  readonly nowS: () => number;
}

export type IncomingVm = Pick<VmRecord, 'vmId' | 'name' | 'xml' | 'images'>;

export interface VmIncoming {
  /** Error 82 beyond `limit`. Rejects with the storage's error when an image cannot be prepared; nothing is listed then. */
  prepare(vm: IncomingVm, limit: number): Promise<VmRecord>;
  /** The hypervisor has no such domain; `wasSeen`: it had. */
  missing(vmId: string, wasSeen: boolean): void;
  /** The domain ended before its guest ran here: off the list with it. */
  ended(vmId: string): void;
}

export function createVmIncoming(deps: VmIncomingDeps): VmIncoming {
  const { registry, images, nowS } = deps;

  function end(vmId: string): void {
    if (registry.get(vmId)?.status !== 'Migration Destination') return;
    registry.update(vmId, (record) => ended(record, EXIT.neverArrived, nowS()));
    registry.remove(vmId);
  }

  return {
    async prepare(vm, limit) {
      const arriving = registry.all().filter(({ status }) => status === 'Migration Destination');
      if (arriving.length >= limit) {
        throw new VdsmError(VDSM_CODE.migrationLimit, 'Incoming migration limit exceeded');
      }
      for (const image of vm.images) await images.prepareImage(image);
      const record = withStatus(newVmRecord(vm, nowS()), 'Migration Destination', nowS());
      registry.add(record);
      return record;
    },
    missing(vmId, wasSeen) {
      const sinceS = registry.get(vmId)?.statusSinceS ?? 0;
      if (wasSeen || nowS() - sinceS >= APPEARS_S) end(vmId);
    },
    ended: end,
  };
}
