import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DOMAIN, type HostPlan, type NetworkPlan, STORAGE_SERVER } from './network-plan.js';
import { HOST_CHECKOUT, HOST_STORAGE } from './paths.js';

/**
 * The files that turn a view of this machine into a host of the lab. They are copied into the
 * host's own layer at its first boot; later power cycles keep what the product has made of them.
 */

const QEMU_CONF = `user = "root"
group = "root"
lock_manager = "sanlock"
cgroup_controllers = []
security_driver = "none"
namespaces = []
remember_owner = 0
stdio_handler = "file"
`;

// Its unit has --listen; set-up turns TLS on when there are certificates.
const LIBVIRTD_CONF = `listen_tls = 0
auth_unix_ro = "none"
auth_unix_rw = "none"
unix_sock_group = "root"
`;

// Leases are named in the domain's XML; libvirt shall not make its own for each disk.
const QEMU_SANLOCK_CONF = `auto_disk_leases = 0
require_lease_for_disks = 0
user = "root"
group = "root"
`;

const SYSTEMCTL = `#!/bin/sh
exec /usr/bin/node ${HOST_CHECKOUT}/lab/dist/src/systemctl/main.js "$@"
`;

/**
 * The kernel here has no NFS client, but `mount -t nfs` runs whatever helper it finds: this one serves the
 * lab's storage folders by the pass-through. What NFS itself would do is not shown by it.
 */
const MOUNT_NFS = `#!/bin/sh
server=\${1%%:*} path=\${1#*:} target=$2 mode=rw
case ,$*, in *,ro,* | *' ro,'* | *' ro '*) mode=ro ;; esac
if [ "$server" != ${STORAGE_SERVER} ]; then
  echo "mount.nfs: Failed to resolve server $server: Name or service not known" >&2
  exit 32
fi
folder=${HOST_STORAGE}/\${path#/exports/}
if [ "$path" = "\${path#/exports/}" ] || [ ! -d "$folder" ]; then
  echo "mount.nfs: mounting $1 failed, reason given by server: No such file or directory" >&2
  exit 32
fi
exec mount -t fuse.bindfs -o "direct_io,$mode" "$folder" "$target"
`;

/** Folders of the product which the machine itself may have; a new host begins without them. */
export const FRESH_FOLDERS = [
  '/etc/vdsm',
  '/etc/pki/vdsm',
  '/etc/ovirt-hosted-engine',
  '/etc/ovirt-hosted-engine-ha',
  '/etc/libvirt/qemu',
  '/var/lib/libvirt',
  '/var/cache/libvirt',
  '/var/lib/ovirt-hosted-engine-ha',
  '/var/lib/ovirt-hosted-engine-setup',
  '/var/lib/vdsm',
  '/var/lib/sanlock',
  '/var/log',
  '/root/.ssh',
];

function put(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
}

/** Where a host's first boot finds the files to copy. */
export function seedFolder(hostDir: string): string {
  return join(hostDir, 'seed');
}

/** Hosts know each other by their addresses on the network between them; everyone else asks DNS. */
function hostsFile(network: NetworkPlan, host: HostPlan): string {
  const lines = network.hosts.map((one) => {
    const address = one.id === host.id ? one.address : one.backAddress;
    return `${address} ${one.fqdn} ${one.name}`;
  });
  return `${['127.0.0.1 localhost', ...lines].join('\n')}\n`;
}

/** Writes a new host's own files for its first boot. */
export function writeHostFiles(hostDir: string, network: NetworkPlan, host: HostPlan): void {
  const file = (path: string): string => join(seedFolder(hostDir), path);
  put(file('/etc/hostname'), `${host.fqdn}\n`);
  put(file('/etc/hosts'), hostsFile(network, host));
  put(
    file('/etc/resolv.conf'),
    `search ${DOMAIN}\nnameserver ${network.gateway}\noptions timeout:2 attempts:2\n`,
  );
  put(file('/etc/libvirt/qemu.conf'), QEMU_CONF);
  put(file('/etc/libvirt/libvirtd.conf'), LIBVIRTD_CONF);
  put(file('/etc/libvirt/qemu-sanlock.conf'), QEMU_SANLOCK_CONF);
  // On real hardware this is the machine's own id; sanlock knows the host by it over reboots.
  put(file('/etc/vdsm/vdsm.id'), `${randomUUID()}\n`);
  put(file('/usr/bin/systemctl'), SYSTEMCTL, 0o755);
  put(file('/usr/sbin/mount.nfs'), MOUNT_NFS, 0o755);
  symlinkSync(`${HOST_CHECKOUT}/bin/hosted-engine`, file('/usr/bin/hosted-engine'));
  mkdirSync(file('/root/.ssh'), { recursive: true, mode: 0o700 });
}
