import type { HostedEngineConf } from '@hosted-engine/formats';
import { STORAGE_TYPE, type StorageType } from './verbs/common.js';
import type { StorageConnection } from './verbs/storage.js';

/** What StoragePool.connectStorageServer wants for the storage that hosted-engine.conf names. */
export function storageConnectionOf(
  conf: Pick<
    HostedEngineConf,
    'domainType' | 'storage' | 'connectionUuid' | 'mntOptions' | 'vfsType' | 'nfsVersion'
  >,
): { readonly storageType: StorageType; readonly connection: StorageConnection } {
  const base = {
    id: conf.connectionUuid,
    connection: conf.storage,
    ...(conf.mntOptions === undefined ? {} : { mnt_options: conf.mntOptions }),
  };
  switch (conf.domainType) {
    case 'nfs':
      return {
        storageType: STORAGE_TYPE.NFS,
        connection: { ...base, protocol_version: conf.nfsVersion ?? 'auto' },
      };
    case 'glusterfs':
      return {
        storageType: STORAGE_TYPE.GLUSTERFS,
        connection: { ...base, vfs_type: 'glusterfs' },
      };
    case 'posixfs':
      return {
        storageType: STORAGE_TYPE.POSIXFS,
        connection: { ...base, ...(conf.vfsType === undefined ? {} : { vfs_type: conf.vfsType }) },
      };
  }
}
