/**
 * The C structures of libsanlock_client, as bytes. Layouts are those of sanlock.h 3.8 on 64-bit
 * machines; they are the library's ABI and have not changed since 3.0.
 *
 *   sanlk_disk       path[1024] u64 offset, u32 pad, u32 pad                          1040 bytes
 *   sanlk_resource   lockspace[48] name[48] u64 lver, u64, u32, u32, u32 flags,
 *                    u32 disks, then the disks                                        128 + n*1040
 *   sanlk_lockspace  name[48] u64 host_id, u32 flags, (4), disk                       1104
 *   sanlk_host       u64 host_id, u64 generation, u64 timestamp, u32 io_timeout,
 *                    u32 flags                                                        32
 */
import type { LeaseHost, LeaseResource, LockspaceArea } from '@hosted-engine/ports';
import { LeaseError } from '@hosted-engine/ports';

const NAME_LENGTH = 48;
const PATH_LENGTH = 1024;
const RESOURCE_HEADER = 128;
const DISK_SIZE = 1040;
const LOCKSPACE_SIZE = 1104;
export const HOST_SIZE = 32;

const RESOURCE_LVER = 96;
const RESOURCE_FLAGS = 120;
const RESOURCE_DISK_COUNT = 124;

/** 512-byte sectors and 1 MiB areas, the same bits for lockspaces and resources. */
const ALIGN_1M_SECTOR_512 = 0x10 | 0x100;

/** A `sanlk_lockspace`; host id 0 where no host is meant. */
export function encodeLockspace(area: LockspaceArea, hostId: number): Buffer {
  const bytes = Buffer.alloc(LOCKSPACE_SIZE);
  putName(bytes, 0, area.lockspace);
  bytes.writeBigUInt64LE(BigInt(hostId), 48);
  bytes.writeUInt32LE(ALIGN_1M_SECTOR_512, 56);
  putDisk(bytes, 64, area.path, area.offset);
  return bytes;
}

/** A `sanlk_resource` with one disk. */
export function encodeResource(resource: LeaseResource): Buffer {
  const bytes = Buffer.alloc(RESOURCE_HEADER + DISK_SIZE);
  putName(bytes, 0, resource.lockspace);
  putName(bytes, NAME_LENGTH, resource.resource);
  bytes.writeUInt32LE(ALIGN_1M_SECTOR_512, RESOURCE_FLAGS);
  bytes.writeUInt32LE(1, RESOURCE_DISK_COUNT);
  putDisk(bytes, RESOURCE_HEADER, resource.path, resource.offset);
  return bytes;
}

/** The lease version that the library has filled in. */
export function decodeResourceVersion(bytes: Buffer): number {
  return Number(bytes.readBigUInt64LE(RESOURCE_LVER));
}

const HOST_STATES = ['unknown', 'unknown', 'free', 'live', 'fail', 'dead'] as const;

/** An array of `sanlk_host`. */
export function decodeHosts(bytes: Buffer): readonly LeaseHost[] {
  const hosts: LeaseHost[] = [];
  for (let at = 0; at + HOST_SIZE <= bytes.length; at += HOST_SIZE) {
    hosts.push({
      hostId: Number(bytes.readBigUInt64LE(at)),
      generation: Number(bytes.readBigUInt64LE(at + 8)),
      timestamp: Number(bytes.readBigUInt64LE(at + 16)),
      ioTimeoutS: bytes.readUInt32LE(at + 24),
      state: HOST_STATES[bytes.readUInt32LE(at + 28) & 0xf] ?? 'unknown',
    });
  }
  return hosts;
}

function putName(bytes: Buffer, at: number, name: string): void {
  if (Buffer.byteLength(name) > NAME_LENGTH) {
    throw new LeaseError('EINVAL', `the name "${name}" is longer than ${NAME_LENGTH} bytes`);
  }
  bytes.write(name, at);
}

function putDisk(bytes: Buffer, at: number, path: string, offset: number): void {
  if (Buffer.byteLength(path) >= PATH_LENGTH) {
    throw new LeaseError('ENAMETOOLONG', `the path ${path} is too long for sanlock`);
  }
  bytes.write(path, at);
  bytes.writeBigUInt64LE(BigInt(offset), at + PATH_LENGTH);
}
