// The hosted-engine domain as an additional host finds it: read from the mounted storage, never written.

import { decodeHostSlot } from '@hosted-engine/core';
import { HeError, HOST_ID_MAX, SLOT_SIZE } from '@hosted-engine/ports';
import type { HostIdUse } from './checks/host-id.js';
import { lockspaceMembers } from './checks/lockspace-ids.js';
import type { FoundDomain, FoundVolume, StorageView } from './ports.js';

/** What the volumes are called in their DESCRIPTION; engine-made ones say it in their DISKTYPE. */
export const VOLUME_DESCRIPTIONS = {
  lockspace: 'hosted-engine.lockspace',
  metadata: 'hosted-engine.metadata',
  configuration: 'HostedEngineConfigurationImage',
} as const;

/** The whiteboard's lockspace, in which the HA daemon holds the host id. */
export const HA_LOCKSPACE = 'hosted-engine';

const DISK_TYPES = { lockspace: 'HESD', metadata: 'HEMD', configuration: 'HECI' } as const;
const EMPTY_SLOT = new Uint8Array(SLOT_SIZE);
/** One sector for each host. */
const LOCKSPACE_SIZE = HOST_ID_MAX * 512;

export type VolumeKind = keyof typeof DISK_TYPES;

export function findVolume(domain: FoundDomain, kind: VolumeKind): FoundVolume | undefined {
  return domain.volumes.find(
    (volume) =>
      volume.diskType === DISK_TYPES[kind] || volume.description === VOLUME_DESCRIPTIONS[kind],
  );
}

/** Reads the head of a volume. HE_STORAGE_INVALID when the domain has no such volume. */
export async function readVolume(
  view: StorageView,
  domain: FoundDomain,
  kind: VolumeKind,
  length: number,
): Promise<Uint8Array> {
  const volume = findVolume(domain, kind);
  if (volume === undefined) throw unfinished(domain, `it has no ${kind} volume`);
  const path = `${domain.sdUUID}/images/${volume.imageUUID}/${volume.volumeUUID}`;
  return view.read(path, 0, length);
}

export function nameOf(domain: FoundDomain): string {
  return domain.metadata['DESCRIPTION'] ?? 'without a name';
}

/** A domain that a broken-off deployment left, or one of somebody else's. */
export function unfinished(domain: FoundDomain, why: string): HeError {
  const name = domain.metadata['DESCRIPTION'] ?? '';
  return new HeError(
    'HE_STORAGE_INVALID',
    `the storage holds domain ${domain.sdUUID} (${name}), which is not a hosted engine's: ${why}`,
    {
      remedy:
        'wait for the deployment of the first host to finish, or choose an empty path; if the domain is the rest of a failed deployment, remove its directory',
    },
  );
}

/** Who this host is to the others, for telling its own former traces from a foreign host's. */
export interface Self {
  readonly hostname: string;
  /** Its host UUID, by which sanlock knows it; undefined on a host that has none yet. */
  readonly hostUuid: string | undefined;
}

/** Every host id that a slot of the whiteboard or a record of a lockspace gives to somebody. */
export async function hostIdUses(
  view: StorageView,
  domain: FoundDomain,
  self: Self,
): Promise<HostIdUse[]> {
  const slots = await readVolume(view, domain, 'metadata', (HOST_ID_MAX + 1) * SLOT_SIZE);
  const uses = new Map<number, HostIdUse>();
  for (const use of slotUses(slots, self)) uses.set(use.hostId, use);
  const areas = [
    await view.read(`${domain.sdUUID}/dom_md/ids`, 0, LOCKSPACE_SIZE),
    await readVolume(view, domain, 'lockspace', LOCKSPACE_SIZE),
  ];
  for (const member of areas.flatMap(lockspaceMembers)) {
    if (uses.has(member.hostId)) continue;
    uses.set(member.hostId, {
      hostId: member.hostId,
      by: `a host that holds its lease (${member.owner})`,
      isSelf: self.hostUuid !== undefined && member.owner.startsWith(self.hostUuid),
    });
  }
  return [...uses.values()];
}

/** A slot that cannot be read is in use all the same: its owner may only be newer than we are. */
function slotUses(slots: Uint8Array, self: Self): HostIdUse[] {
  const uses: HostIdUse[] = [];
  for (let hostId = 1; (hostId + 1) * SLOT_SIZE <= slots.length; hostId += 1) {
    const bytes = slots.subarray(hostId * SLOT_SIZE, (hostId + 1) * SLOT_SIZE);
    // Nearly all of them: a comparison is far quicker than a look at each byte.
    if (Buffer.compare(bytes, EMPTY_SLOT) === 0) continue;
    const slot = decodeHostSlot(hostId, bytes);
    if (slot.kind === 'empty') continue;
    if (slot.kind === 'rejected') {
      uses.push({ hostId, by: `a host whose slot is ${slot.reason}`, isSelf: false });
      continue;
    }
    const { hostname } = slot.record;
    uses.push({ hostId, by: hostname, hostname, isSelf: hostname === self.hostname });
  }
  return uses;
}
