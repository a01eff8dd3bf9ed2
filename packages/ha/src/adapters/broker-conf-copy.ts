import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createFaultLog, type Log, messageOf } from '@hosted-engine/ports';

/** This host's copy of the shared broker.conf: there when the storage is not, which is when mails matter. */
export interface BrokerConfCopy {
  /** Never rejects: a copy that cannot be written costs nothing but its news. */
  keep(text: string): Promise<void>;
}

export function createBrokerConfCopy(path: string, log: Log): BrokerConfCopy {
  const fault = createFaultLog(log);
  return {
    async keep(text) {
      try {
        const before = await readFile(path, 'utf8').catch(() => undefined);
        if (text === before) return;
        await mkdir(dirname(path), { recursive: true });
        await writeFile(`${path}.new`, text, { mode: 0o640 });
        await rename(`${path}.new`, path);
        log.info('broker.conf was refreshed from the shared configuration');
        fault.works();
      } catch (error) {
        fault.fails(`${path} cannot be refreshed: ${messageOf(error)}`);
      }
    },
  };
}
