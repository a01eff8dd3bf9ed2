import { createDirectIo } from '@hosted-engine/platform';
import { type Clock, HeError, HOST_ID_MAX, SLOT_SIZE } from '@hosted-engine/ports';
import { readPart } from '../adapters/domain-directory.js';

const DEADLINE_MS = 15_000;
const SIZE = (HOST_ID_MAX + 1) * SLOT_SIZE;

/**
 * The bytes of a whiteboard: past the page cache, so that another host's writes are seen. A copy on a
 * file system that cannot do so is read as any file.
 */
export async function readWhiteboard(path: string, clock: Clock): Promise<Uint8Array> {
  try {
    const file = await createDirectIo(clock).open(path, 'read', DEADLINE_MS);
    try {
      return await file.read(0, SIZE, DEADLINE_MS);
    } finally {
      await file.close();
    }
  } catch (thrown) {
    const isUnsupported = thrown instanceof HeError && 'notSupported' in thrown.details;
    if (!isUnsupported) throw thrown;
    return readPart(path, 0, SIZE);
  }
}
