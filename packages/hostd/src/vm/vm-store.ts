// Records of the VMs that run here, kept outside this process: after a restart they tell which VMs
// were ours, what had been asked of them, and which images to tear down when they have ended.
// In /run, because after a boot of the host no VM is left. 0600: domain XML may hold a ticket.

import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Log, messageOf } from '@hosted-engine/ports';
import type { VmRecord } from './vm-record.js';

export interface VmStore {
  load(): Promise<readonly VmRecord[]>;
  save(record: VmRecord): Promise<void>;
  remove(vmId: string): Promise<void>;
}

const SUFFIX = '.json';

export function createVmStore(dir: string, log: Log): VmStore {
  const fileOf = (vmId: string) => join(dir, `${vmId}${SUFFIX}`);
  /** Writes of one VM follow each other: the last state given is the one that stays. */
  const pending = new Map<string, Promise<void>>();

  function inOrder(vmId: string, work: () => Promise<void>): Promise<void> {
    const done = (pending.get(vmId) ?? Promise.resolve()).then(work, work);
    pending.set(vmId, done);
    const forget = () => {
      if (pending.get(vmId) === done) pending.delete(vmId);
    };
    done.then(forget, forget);
    return done;
  }

  return {
    async load() {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      const records: VmRecord[] = [];
      for (const file of (await readdir(dir)).filter((name) => name.endsWith(SUFFIX))) {
        try {
          records.push(JSON.parse(await readFile(join(dir, file), 'utf8')) as VmRecord);
        } catch (error) {
          log.error(`record of a VM is unreadable and ignored: ${messageOf(error)}`, { file });
        }
      }
      return records;
    },

    save: (record) =>
      inOrder(record.vmId, async () => {
        await mkdir(dir, { recursive: true, mode: 0o700 });
        const temporary = `${fileOf(record.vmId)}.new`;
        await writeFile(temporary, JSON.stringify(record), { mode: 0o600 });
        await rename(temporary, fileOf(record.vmId));
      }),

    remove: (vmId) => inOrder(vmId, () => rm(fileOf(vmId), { force: true })),
  };
}
