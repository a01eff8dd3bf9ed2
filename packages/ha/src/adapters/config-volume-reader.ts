import {
  CONFIG_VOLUME_SIZE,
  type ConfigVolumeFiles,
  decodeConfigVolume,
} from '@hosted-engine/formats';
import type { DirectIo } from '@hosted-engine/ports';

const DEADLINE_MS = 5000;

/** Reads the prepared configuration volume, past the page cache: another host may edit it. */
export async function readSharedConfiguration(
  directIo: DirectIo,
  path: string,
): Promise<ConfigVolumeFiles> {
  const file = await directIo.open(path, 'read', DEADLINE_MS);
  try {
    const bytes = await file.read(0, CONFIG_VOLUME_SIZE, DEADLINE_MS);
    return decodeConfigVolume(bytes);
  } finally {
    await file.close();
  }
}
