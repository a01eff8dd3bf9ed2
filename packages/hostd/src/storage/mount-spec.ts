import type { MountSpec } from '@hosted-engine/ports';
import { STORAGE_TYPE, type StorageConnection, VDSM_CODE } from '@hosted-engine/vdsm';
import { mountPathOf, normaliseRemotePath } from './remote-path.js';
import { invalidParameter, requireCount, requireText, storageError } from './storage-error.js';

/** How and where to mount a connection. VdsmError 1000 for one that lacks something. */
export function mountSpecOf(
  dataCenterDir: string,
  storageType: number,
  connection: StorageConnection,
): MountSpec {
  const source = normaliseRemotePath(requireText('connection', connection.connection));
  const target = mountPathOf(dataCenterDir, storageType, source);
  const own = connection.mnt_options ?? '';
  switch (storageType) {
    case STORAGE_TYPE.NFS:
      return { source, target, type: 'nfs', options: joined(nfsOptions(connection), own) };
    case STORAGE_TYPE.POSIXFS: {
      const type = requireText('vfs_type', connection.vfs_type);
      return { source, target, type, options: own };
    }
    case STORAGE_TYPE.GLUSTERFS:
      return { source, target, type: connection.vfs_type ?? 'glusterfs', options: own };
    default:
      throw storageError(
        VDSM_CODE.unsupportedOperation,
        `Storage type ${storageType} is not supported`,
      );
  }
}

/** VDSM's own (vdsm.md B2): soft, so that a dead server gives errors in the end. */
function nfsOptions(connection: StorageConnection): string {
  const { protocol_version: version = '3', timeout = 100, retrans = 3 } = connection;
  return [
    'soft',
    'nosharecache',
    `timeo=${requireCount('timeout', timeout)}`,
    `retrans=${requireCount('retrans', retrans)}`,
    ...nfsVersionOptions(version),
  ].join(',');
}

function nfsVersionOptions(version: string): readonly string[] {
  if (version === '' || version === 'auto') return ['nolock'];
  const [, major, minor] = /^([34])(?:\.([0-2]))?$/.exec(version) ?? [];
  if (major === undefined) throw invalidParameter('protocol_version', version);
  if (major === '3') return ['nfsvers=3', 'nolock'];
  return [`nfsvers=${major}`, ...(minor === undefined ? [] : [`minorversion=${minor}`])];
}

function joined(first: string, second: string): string {
  return second === '' ? first : `${first},${second}`;
}
