import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { VmConfCache } from '../vm-conf-source.js';

/** The cached vm.conf; one fall-back copy on disk outlives a reboot, the other is where tools look. */
export function createVmConfFile(path: string, fallbackPath: string): VmConfCache {
  return {
    async read() {
      for (const candidate of [path, fallbackPath]) {
        const text = await readFile(candidate, 'utf8').catch(() => undefined);
        if (text !== undefined && text.trim() !== '') return text;
      }
      return undefined;
    },
    async write(text) {
      for (const target of [path, fallbackPath]) {
        await mkdir(dirname(target), { recursive: true });
        await writeFile(`${target}.new`, text, { mode: 0o600 });
        await rename(`${target}.new`, target);
      }
    },
  };
}
