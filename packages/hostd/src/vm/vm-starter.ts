// The asynchronous half of VM.create: prepare the images, complete the XML, start the domain. It may
// take minutes when the lease's owner is dying; VM.destroy ends it at any point.

import {
  isOutcomeUnknown,
  type Log,
  messageOf,
  type VirtDriver,
  VirtError,
} from '@hosted-engine/ports';
import type { ImageRef, PreparedImage } from '../storage/types.js';
import { EXIT, ended, type VmRecord, withStatus } from './vm-record.js';
import type { VmRegistry } from './vm-registry.js';

/** The part of storage that VMs need. */
export interface VmImages {
  prepareImage(image: ImageRef): Promise<PreparedImage>;
  teardownImage(image: ImageRef): Promise<void>;
}

export type CompleteXml = (
  xml: string,
  prepared: ReadonlyMap<ImageRef, PreparedImage>,
) => Promise<string>;

export interface VmStarterDeps {
  readonly driver: VirtDriver;
  readonly registry: VmRegistry;
  readonly images: VmImages;
  readonly completeXml: CompleteXml;
  readonly nowS: () => number;
  readonly log: Log;
}

export interface VmStarter {
  /**
   * Resolves when the start has ended, however it ended. Never rejects. `unknown`: the connection
   * was lost on the way; the start may have worked, failed, or still be parked (I5).
   */
  start(record: VmRecord, options: { readonly paused: boolean }): Promise<'settled' | 'unknown'>;
  /** This process's own start of the VM is in progress: its outcome decides, not events. */
  isStarting(vmId: string): boolean;
  /** Prepares the images of a VM that runs already: QEMU opens them again when it is migrated. Never rejects. */
  hold(record: VmRecord): Promise<void>;
  /** Takes down the images of a VM that has ended. Never rejects. */
  release(record: VmRecord): Promise<void>;
}

export function createVmStarter(deps: VmStarterDeps): VmStarter {
  const { driver, registry, images, log, nowS } = deps;
  const starting = new Set<string>();

  async function release(record: VmRecord): Promise<void> {
    for (const image of record.images) {
      try {
        await images.teardownImage(image);
      } catch (error) {
        log.warn(`image ${image.imgUUID} of VM not torn down: ${messageOf(error)}`, {
          vmId: record.vmId,
        });
      }
    }
  }

  /** VM.destroy came meanwhile: the record is gone, or about to go. */
  function isUnwanted(vmId: string): boolean {
    return registry.get(vmId)?.intent !== 'none';
  }

  async function launch(record: VmRecord, paused: boolean): Promise<void> {
    const { vmId, name } = record;
    const prepared = new Map<ImageRef, PreparedImage>();
    for (const image of record.images) {
      prepared.set(image, await images.prepareImage(image));
    }
    const xml = await deps.completeXml(record.xml, prepared);
    if (isUnwanted(vmId)) throw new VirtError('cancelled', 'destroyed before it was started');
    registry.update(vmId, (old) => ({ ...old, xml }));
    await driver.start({ vmId, name, xml, paused });
  }

  function failed(vmId: string, error: unknown): void {
    const cancelled = error instanceof VirtError && error.failure === 'cancelled';
    registry.update(vmId, (old) =>
      ended(old, cancelled ? EXIT.destroyedOnStart : EXIT.startFailed(messageOf(error)), nowS()),
    );
  }

  return {
    release,
    async hold(record) {
      for (const image of record.images) {
        try {
          await images.prepareImage(image);
        } catch (error) {
          log.warn(`image ${image.imgUUID} of VM not prepared: ${messageOf(error)}`, {
            vmId: record.vmId,
          });
        }
      }
    },
    isStarting: (vmId) => starting.has(vmId),

    async start(record, { paused }) {
      const { vmId } = record;
      starting.add(vmId);
      try {
        await launch(record, paused);
        registry.update(vmId, (old) => withStatus(old, 'Powering up', nowS()));
      } catch (error) {
        if (isOutcomeUnknown(error) && registry.get(vmId) !== undefined) {
          log.warn(`outcome of the start is unknown: ${messageOf(error)}`, { vmId });
          return 'unknown';
        }
        failed(vmId, error);
      } finally {
        starting.delete(vmId);
      }
      const after = registry.get(vmId);
      if (after === undefined || after.status === 'Down') await release(record);
      return 'settled';
    },
  };
}
