/** Places on this host and within a domain (vdsm.md C1, C2). */
import path from 'node:path';
import type { LeaseResource, LockspaceArea } from '@hosted-engine/ports';

/** Slot 1 of dom_md/leases is the SPM lock (C5). */
const SDM_OFFSET = 1024 * 1024;

export interface HostPaths {
  /** Mount points and LOCALFS links. */
  readonly mounts: string;
  readonly glusterMounts: string;
  /** `<dc>/<spUUID>` with a link for each domain. */
  pool(spUUID: string): string;
  /** `/run/vdsm/storage/<sd>/<img>`. */
  imageLink(sdUUID: string, imgUUID: string): string;
  readonly stateFile: string;
}

export function hostPaths(dataCenterDir: string, runDir: string): HostPaths {
  const mounts = path.join(dataCenterDir, 'mnt');
  return {
    mounts,
    glusterMounts: path.join(mounts, 'glusterSD'),
    pool: (spUUID) => path.join(dataCenterDir, spUUID),
    imageLink: (sdUUID, imgUUID) => path.join(runDir, 'storage', sdUUID, imgUUID),
    stateFile: path.join(runDir, 'hostd-storage.json'),
  };
}

export interface DomainPaths {
  readonly root: string;
  readonly domMd: string;
  readonly metadata: string;
  readonly leases: string;
  readonly xleases: string;
  readonly images: string;
  readonly master: string;
  image(imgUUID: string): string;
  volume(imgUUID: string, volUUID: string): VolumePaths;
}

export interface VolumePaths {
  readonly data: string;
  readonly meta: string;
  readonly lease: string;
}

export function domainPaths(mountPath: string, sdUUID: string): DomainPaths {
  const root = path.join(mountPath, sdUUID);
  const domMd = path.join(root, 'dom_md');
  const images = path.join(root, 'images');
  return {
    root,
    domMd,
    metadata: path.join(domMd, 'metadata'),
    leases: path.join(domMd, 'leases'),
    xleases: path.join(domMd, 'xleases'),
    images,
    master: path.join(root, 'master'),
    image: (imgUUID) => path.join(images, imgUUID),
    volume: (imgUUID, volUUID) => {
      const data = path.join(images, imgUUID, volUUID);
      return { data, meta: `${data}.meta`, lease: `${data}.lease` };
    },
  };
}

/** The domain's lockspace: host ids, one sector each. */
export function lockspaceOf(paths: DomainPaths, sdUUID: string): LockspaceArea {
  return { lockspace: sdUUID, path: path.join(paths.domMd, 'ids'), offset: 0 };
}

/** The SPM lock. */
export function sdmLeaseOf(paths: DomainPaths, sdUUID: string): LeaseResource {
  return { lockspace: sdUUID, resource: 'SDM', path: paths.leases, offset: SDM_OFFSET };
}

export function volumeLeaseOf(sdUUID: string, volUUID: string, path: string): LeaseResource {
  return { lockspace: sdUUID, resource: volUUID, path, offset: 0 };
}
