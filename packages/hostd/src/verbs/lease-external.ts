import { BLANK_UUID, type LeaseAddress, type VerbHandlers } from '@hosted-engine/vdsm';
import { requireWritable } from '../storage/pool-access.js';
import { requireUuid } from '../storage/storage-error.js';
import type { StorageRooms } from '../storage/storage-rooms.js';

type ExternalLeaseVerbs = 'Lease.create' | 'Lease.delete' | 'Lease.info' | 'Lease.status';

export function leaseVerbs(rooms: StorageRooms): Pick<VerbHandlers, ExternalLeaseVerbs> {
  const { catalogue, creation, externalLeases, tasks } = rooms;
  const place = async ({ sd_id, lease_id }: LeaseAddress) => ({
    domain: await catalogue.find(requireUuid('sd_id', sd_id)),
    leaseId: requireUuid('lease_id', lease_id),
  });
  return {
    'Lease.create': async ({ lease }) => {
      const { domain, leaseId } = await place(lease);
      await requireWritable(rooms, BLANK_UUID, domain);
      return tasks.start('createLease', () => externalLeases.create(domain, leaseId));
    },
    'Lease.delete': async ({ lease }) => {
      const { domain, leaseId } = await place(lease);
      await requireWritable(rooms, BLANK_UUID, domain);
      return tasks.start('deleteLease', () => externalLeases.remove(domain, leaseId));
    },
    'Lease.info': async ({ lease }) => {
      const { domain, leaseId } = await place(lease);
      const { path, offset } = await externalLeases.find(domain, leaseId);
      return { ...lease, path, offset };
    },
    'Lease.status': async ({ lease }) => {
      const { domain, leaseId } = await place(lease);
      const resource = await externalLeases.find(domain, leaseId);
      const { owners, version } = await creation.leases.areas.readResource(resource);
      return { owners: owners.map((owner) => owner.hostId), version };
    },
  };
}
