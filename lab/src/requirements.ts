import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { isErrno } from '@hosted-engine/ports/errno';

const PROGRAMS = [
  'unshare',
  'nsenter',
  'tini',
  'ip',
  'nft',
  'dnsmasq',
  'bindfs',
  'libvirtd',
  'virsh',
  'sanlock',
  'qemu-system-x86_64',
];
const FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

function isThere(path: string): boolean {
  try {
    accessSync(path, constants.F_OK);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}

/** Why the lab cannot run on this machine, in words; undefined when it can. */
export function labObstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root: namespaces and mounts need it';
  const missing = PROGRAMS.filter((name) => !FOLDERS.some((one) => isThere(join(one, name))));
  if (missing.length > 0) return `missing programs: ${missing.join(', ')}`;
  const devices = ['/dev/fuse', '/dev/net/tun'].filter((path) => !isThere(path));
  return devices.length === 0 ? undefined : `missing devices: ${devices.join(', ')}`;
}
