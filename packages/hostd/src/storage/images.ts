/** Preparing images: links below /run/vdsm/storage to the image's directory (vdsm.md B3, C1). */

import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { isErrno } from '@hosted-engine/ports';
import { VDSM_CODE } from '@hosted-engine/vdsm';
import type { Domain } from './domain.js';
import type { HostPaths } from './layout.js';
import { storageError } from './storage-error.js';
import type { PreparedImage } from './types.js';
import type { Volumes } from './volumes.js';

export class Images {
  readonly #paths: HostPaths;
  readonly #volumes: Volumes;

  constructor(paths: HostPaths, volumes: Volumes) {
    this.#paths = paths;
    this.#volumes = volumes;
  }

  /** VdsmError 254 no image, 201 no volume, 227 an illegal one unless allowed. */
  async prepare(
    domain: Domain,
    imgUUID: string,
    volUUID: string,
    allowIllegal = false,
  ): Promise<PreparedImage> {
    const files = await this.#volumes.require(domain, imgUUID, volUUID);
    const { legality } = await this.#volumes.metadata(domain, imgUUID, volUUID);
    if (legality === 'ILLEGAL' && !allowIllegal) {
      throw storageError(VDSM_CODE.volumeIllegal, `Cannot prepare illegal volume: ${volUUID}`);
    }
    const link = this.#paths.imageLink(domain.sdUUID, imgUUID);
    await replaceLink(link, domain.paths.image(imgUUID));
    return { path: path.join(link, volUUID), leasePath: files.lease, leaseOffset: 0 };
  }

  /** Removes the link, and the domain's directory of links when it was the last. */
  async teardown(sdUUID: string, imgUUID: string): Promise<void> {
    const link = this.#paths.imageLink(sdUUID, imgUUID);
    await fs.rm(link, { force: true });
    try {
      await fs.rmdir(path.dirname(link));
    } catch (error) {
      if (!isErrno(error, 'ENOENT') && !isErrno(error, 'ENOTEMPTY')) throw error;
    }
  }
}

/** Makes `link` point at `target`; a reader sees the old link or the new one, never none. */
export async function replaceLink(link: string, target: string): Promise<void> {
  await fs.mkdir(path.dirname(link), { recursive: true });
  const current = await fs.readlink(link).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (current === target) return;
  const draft = `${link}.${randomUUID()}`;
  await fs.symlink(target, draft);
  await fs.rename(draft, link);
}
