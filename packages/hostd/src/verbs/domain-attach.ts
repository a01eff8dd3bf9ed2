import type { VerbHandlers } from '@hosted-engine/vdsm';
import { requireUuid } from '../storage/storage-error.js';
import type { StorageRooms } from '../storage/storage-rooms.js';

type AttachVerbs =
  | 'StorageDomain.attach'
  | 'StorageDomain.detach'
  | 'StorageDomain.activate'
  | 'StorageDomain.deactivate';

/** All of them are the SPM's (654). */
export function domainAttachVerbs({ members }: StorageRooms): Pick<VerbHandlers, AttachVerbs> {
  const run = async (
    params: { readonly storagepoolID: string; readonly storagedomainID: string },
    work: (spUUID: string, sdUUID: string) => Promise<void>,
  ): Promise<true> => {
    const spUUID = requireUuid('storagepoolID', params.storagepoolID);
    await work(spUUID, requireUuid('storagedomainID', params.storagedomainID));
    return true;
  };
  return {
    'StorageDomain.attach': (params) => run(params, (sp, sd) => members.attach(sp, sd)),
    'StorageDomain.detach': (params) => run(params, (sp, sd) => members.detach(sp, sd)),
    'StorageDomain.activate': (params) => run(params, (sp, sd) => members.activate(sp, sd)),
    'StorageDomain.deactivate': (params) => run(params, (sp, sd) => members.deactivate(sp, sd)),
  };
}
