import { type Log, messageOf } from '@hosted-engine/ports';
import type { VmRecord } from './vm-record.js';
import type { VmStore } from './vm-store.js';

/** The VMs of this host by id: each change is stored, and told where the status changed. */
export interface VmRegistry {
  get(vmId: string): VmRecord | undefined;
  all(): readonly VmRecord[];
  add(record: VmRecord): void;
  /** Nothing happens to a VM that is not listed any more. */
  update(vmId: string, change: (record: VmRecord) => VmRecord): void;
  remove(vmId: string): void;
}

export type StatusListener = (record: VmRecord) => void;

export function createVmRegistry(store: VmStore, log: Log, onStatus: StatusListener): VmRegistry {
  const records = new Map<string, VmRecord>();

  function keep(work: Promise<void>, vmId: string): void {
    work.catch((error: unknown) => {
      // The VM goes on; only what a restarted hostd knows of it suffers.
      log.error(`record of VM not stored: ${messageOf(error)}`, { vmId });
    });
  }

  function put(record: VmRecord): void {
    const before = records.get(record.vmId);
    if (before === record) return;
    records.set(record.vmId, record);
    keep(store.save(record), record.vmId);
    if (before?.status === record.status) return;
    const exit = record.exit === undefined ? {} : { exit: record.exit.message };
    log.info(`VM ${record.name} is ${record.status}`, { vmId: record.vmId, ...exit });
    onStatus(record);
  }

  return {
    get: (vmId) => records.get(vmId),
    all: () => [...records.values()],
    add: put,
    update(vmId, change) {
      const record = records.get(vmId);
      if (record !== undefined) put(change(record));
    },
    remove(vmId) {
      if (records.delete(vmId)) keep(store.remove(vmId), vmId);
    },
  };
}
