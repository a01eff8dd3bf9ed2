import path from 'node:path';
import { STORAGE_TYPE } from '@hosted-engine/vdsm';

/** Collapses "//" and drops a trailing "/", keeping "host:" as it is (vdsm.md C1). */
export function normaliseRemotePath(remotePath: string): string {
  const [, host = '', directory = ''] = /^((?:[^/:[\]]+|\[[^\]]*\])(?::\d+)?:)?(.*)$/s.exec(
    remotePath,
  ) ?? [undefined, '', remotePath];
  const collapsed = directory.replace(/\/+/g, '/');
  return host + (collapsed.length > 1 ? collapsed.replace(/\/$/, '') : collapsed);
}

/** The name below the mount base: "_" doubled, then "/" as "_". */
export function localNameOf(remotePath: string): string {
  return normaliseRemotePath(remotePath).replaceAll('_', '__').replaceAll('/', '_');
}

/** Where a remote path of this storage type is (or would be) mounted. */
export function mountPathOf(
  dataCenterDir: string,
  storageType: number,
  remotePath: string,
): string {
  const base = path.join(dataCenterDir, 'mnt');
  const name = localNameOf(remotePath);
  return storageType === STORAGE_TYPE.GLUSTERFS
    ? path.join(base, 'glusterSD', name)
    : path.join(base, name);
}
