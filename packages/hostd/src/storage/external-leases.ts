/** Leases of dom_md/xleases: one sanlock resource each, found by the index (vdsm.md C5). */
import type { DirectFile, DirectIo, LeaseManager, LeaseResource } from '@hosted-engine/ports';
import { VDSM_CODE } from '@hosted-engine/vdsm';
import type { Domain } from './domain.js';
import { storageError } from './storage-error.js';
import {
  findRecord,
  INDEX_OFFSET,
  INDEX_SIZE,
  isXleasesIndex,
  leaseOffset,
  updateRecord,
} from './xleases-index.js';

const DEADLINE_MS = 10_000;

export class ExternalLeases {
  readonly #directIo: DirectIo;
  readonly #leases: LeaseManager;

  constructor(directIo: DirectIo, leases: LeaseManager) {
    this.#directIo = directIo;
    this.#leases = leases;
  }

  /** VdsmError 936 when there is no such lease. */
  async find(domain: Domain, leaseId: string): Promise<LeaseResource> {
    return await this.#withIndex(domain, async (index) => {
      const number = findRecord(index, leaseId);
      if (number === undefined) throw noSuchLease(leaseId);
      return resourceOf(domain, leaseId, number);
    });
  }

  /** Creating an existing lease succeeds and leaves it as it is. */
  async create(domain: Domain, leaseId: string): Promise<void> {
    await this.#withIndex(domain, async (index, file) => {
      if (findRecord(index, leaseId) !== undefined) return;
      const number = findRecord(index, '');
      if (number === undefined) {
        throw storageError(VDSM_CODE.storageGeneral, 'No free lease record on the domain');
      }
      await this.#leases.areas.writeResource(resourceOf(domain, leaseId, number));
      // The index last: a lease that it names is whole.
      const sector = updateRecord(index, number, leaseId);
      await file.write(sector.offset, sector.bytes, DEADLINE_MS);
    });
  }

  /** Deleting a missing lease succeeds. VdsmError 40 while somebody holds it. */
  async remove(domain: Domain, leaseId: string): Promise<void> {
    await this.#withIndex(domain, async (index, file) => {
      const number = findRecord(index, leaseId);
      if (number === undefined) return;
      const resource = resourceOf(domain, leaseId, number);
      const { owners } = await this.#leases.areas.readResource(resource);
      if (owners.length > 0) {
        throw storageError(VDSM_CODE.resourceUnavailable, `Lease ${leaseId} is held`);
      }
      const sector = updateRecord(index, number, '');
      await file.write(sector.offset, sector.bytes, DEADLINE_MS);
    });
  }

  async #withIndex<T>(
    domain: Domain,
    work: (index: Buffer, file: DirectFile) => Promise<T>,
  ): Promise<T> {
    const file = await this.#directIo.open(domain.paths.xleases, 'read-write', DEADLINE_MS);
    try {
      const index = Buffer.from(await file.read(INDEX_OFFSET, INDEX_SIZE, DEADLINE_MS));
      if (!isXleasesIndex(index)) {
        throw storageError(VDSM_CODE.metadataBad, 'The index of external leases is damaged');
      }
      return await work(index, file);
    } finally {
      await file.close();
    }
  }
}

function resourceOf(domain: Domain, leaseId: string, number: number): LeaseResource {
  const { sdUUID, paths } = domain;
  return {
    lockspace: sdUUID,
    resource: leaseId,
    path: paths.xleases,
    offset: leaseOffset(number),
  };
}

function noSuchLease(leaseId: string): Error {
  return storageError(VDSM_CODE.noSuchLease, `No such lease: 'lease=${leaseId}'`);
}
