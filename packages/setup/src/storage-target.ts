import { STORAGE_TYPE, type StorageConnection, type StorageType } from '@hosted-engine/vdsm';
import type { AnswerSet } from './answers/answer-set.js';
import { invalidAnswer } from './answers/read-value.js';
import type { StorageTarget } from './ports.js';

/** How the answers say that the storage is reached. HE_ANSWER_INVALID when they do not fit together. */
export function storageTarget(answers: AnswerSet): StorageTarget {
  const domainType = answers.get('OVEHOSTED_STORAGE/domainType');
  const vfsType = answers.find('OVEHOSTED_STORAGE/vfsType');
  const connection = normalConnection(answers.get('OVEHOSTED_STORAGE/storageDomainConnection'));
  const problem = connectionProblem(domainType, connection);
  if (problem !== undefined) {
    throw invalidAnswer('OVEHOSTED_STORAGE/storageDomainConnection', `'${connection}' ${problem}`);
  }
  if (domainType === 'posixfs' && vfsType === undefined) {
    throw invalidAnswer('OVEHOSTED_STORAGE/vfsType', 'it is needed with domainType posixfs');
  }
  return {
    domainType,
    connection,
    vfsType: domainType === 'glusterfs' ? 'glusterfs' : vfsType,
    mountOptions: answers.find('OVEHOSTED_STORAGE/mntOptions'),
  };
}

/** As VDSM spells it: no doubled and no trailing slash. */
export function normalConnection(connection: string): string {
  const single = connection.trim().replaceAll(/\/{2,}/g, '/');
  return single.length > 1 ? single.replace(/(?<=[^:])\/$/, '') : single;
}

function connectionProblem(domainType: string, connection: string): string | undefined {
  if (domainType === 'posixfs') {
    return /^(\/|[^/]+:)/.test(connection) ? undefined : 'is neither a path nor host:/path';
  }
  const parts = /^(\[[^\]]+\]|[^:/]+):(.+)$/.exec(connection);
  if (parts === null) return 'is not of the form host:/path';
  const path = parts[2] ?? '';
  if (domainType === 'glusterfs') return undefined;
  if (!path.startsWith('/')) return 'is not of the form host:/path';
  return path === '/' ? 'needs a directory below the root of the server' : undefined;
}

export function storageTypeOf(domainType: string): StorageType {
  if (domainType === 'posixfs') return STORAGE_TYPE.POSIXFS;
  return domainType === 'glusterfs' ? STORAGE_TYPE.GLUSTERFS : STORAGE_TYPE.NFS;
}

/** NFS 3 unless the type asks for 4, as `nfs3` and `nfs4` always have. */
export function storageConnection(id: string, target: StorageTarget): StorageConnection {
  const isNfs = storageTypeOf(target.domainType) === STORAGE_TYPE.NFS;
  return {
    id,
    connection: target.connection,
    user: 'kvm',
    ...(isNfs ? { protocol_version: nfsVersion(target.domainType) } : {}),
    ...(target.vfsType === undefined ? {} : { vfs_type: target.vfsType }),
    ...(target.mountOptions === undefined ? {} : { mnt_options: target.mountOptions }),
  };
}

function nfsVersion(domainType: string): string {
  if (domainType === 'nfs4') return '4';
  return domainType === 'nfs3' ? '3' : 'auto';
}

/** Where VDSM mounts a file domain's storage: `_` is doubled before `/` becomes `_`. */
export function mountPoint(target: StorageTarget): string {
  const base = '/rhev/data-center/mnt';
  const name = target.connection.replaceAll('_', '__').replaceAll('/', '_');
  return target.domainType === 'glusterfs' ? `${base}/glusterSD/${name}` : `${base}/${name}`;
}
