import { BLANK_UUID } from '@hosted-engine/vdsm';
import type { Domain } from './domain.js';
import { poolsOf } from './domain-metadata.js';
import { requireUuid } from './storage-error.js';
import type { StorageRooms } from './storage-rooms.js';

/**
 * Who may change a domain's volumes: the SPM of its pool (309, 654). A domain that belongs to no
 * pool has no SPM to ask; VDSM refuses there, and hosted engine's set-up gains by not needing a
 * pool (vdsm.md C7).
 */
export async function requireWritable(
  { pool }: StorageRooms,
  storagepoolID: string,
  domain: Domain,
): Promise<void> {
  const spUUID = requireUuid('storagepoolID', storagepoolID);
  if (spUUID !== BLANK_UUID) {
    pool.requireSpm(spUUID);
    return;
  }
  const owner = poolsOf(await domain.metadata())[0];
  if (owner !== undefined) pool.requireSpm(owner);
}
