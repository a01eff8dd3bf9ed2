// Which host ids a sanlock lockspace has given out, from its bytes. Reading is all that is done here; the
// lease itself is sanlock's to give (house.md, I3), so that a race between two hosts is lost cleanly.

const SECTOR_SIZE = 512;
const DELTA_MAGIC = 0x12212010;
const NAME_SIZE = 48;
const OWNER_ID_AT = 0x20;
const OWNER_NAME_AT = 0x68;
const TIMESTAMP_AT = 0x98;

export interface LockspaceMember {
  readonly hostId: number;
  /** The name that the host's daemon gave itself: its host UUID. */
  readonly owner: string;
  /** Of the host's own clock; it changes with each renewal. */
  readonly timestamp: bigint;
}

/** Members that have not left: joined, or dead without having left. */
export function lockspaceMembers(area: Uint8Array): LockspaceMember[] {
  const bytes = Buffer.from(area.buffer, area.byteOffset, area.byteLength);
  const members: LockspaceMember[] = [];
  for (let at = 0; at + SECTOR_SIZE <= bytes.length; at += SECTOR_SIZE) {
    if (bytes.readUInt32LE(at) !== DELTA_MAGIC) continue;
    // A released id keeps its owner; only the time stamp tells.
    const timestamp = bytes.readBigUInt64LE(at + TIMESTAMP_AT);
    if (timestamp === 0n) continue;
    const hostId = Number(bytes.readBigUInt64LE(at + OWNER_ID_AT));
    if (hostId !== at / SECTOR_SIZE + 1) continue;
    const name = bytes.subarray(at + OWNER_NAME_AT, at + OWNER_NAME_AT + NAME_SIZE);
    const owner = name.toString('latin1').replace(/\0.*$/s, '');
    members.push({ hostId, owner, timestamp });
  }
  return members;
}
