import { CONFIG_VOLUME_SIZE, decodeConfigVolume } from '@hosted-engine/formats';
import type { DirectIo } from '@hosted-engine/ports';

const DEADLINE_MS = 5000;

/** Reads vm.conf from the prepared configuration volume, past the page cache: another host may edit it. */
export async function readSharedVmConf(directIo: DirectIo, path: string): Promise<string> {
  const file = await directIo.open(path, 'read', DEADLINE_MS);
  try {
    const bytes = await file.read(0, CONFIG_VOLUME_SIZE, DEADLINE_MS);
    return decodeConfigVolume(bytes)['vm.conf'];
  } finally {
    await file.close();
  }
}
