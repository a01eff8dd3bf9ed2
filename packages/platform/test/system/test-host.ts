// A private host for system tests: mount, PID, UTS, IPC and network namespaces with a reaping init,
// in which a test file runs with its own libvirtd and sanlock. Everything ends with it.

import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

const NEEDED_FILES: Readonly<Record<string, string>> = {
  '/usr/sbin/libvirtd': 'libvirt-daemon-system',
  '/usr/sbin/sanlock': 'sanlock',
  '/usr/bin/qemu-system-x86_64': 'qemu-system-x86',
  '/usr/bin/tini': 'tini',
  '/usr/lib/x86_64-linux-gnu/libvirt/lock-driver/sanlock.so': 'libvirt-sanlock',
  '/usr/bin/unshare': 'util-linux',
};

/** Why a private host cannot be made here; undefined when it can. */
export async function whyNoTestHost(...alsoNeeded: string[]): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'needs root for namespaces';
  const missing = Object.entries(NEEDED_FILES).filter(([path]) => !existsSync(path));
  if (missing.length > 0) return `needs packages: ${missing.map(([, name]) => name).join(' ')}`;
  const absent = alsoNeeded.filter((path) => !existsSync(path));
  if (absent.length > 0) return `needs ${absent.join(', ')}`;
  try {
    await execute('/usr/bin/unshare', [...NAMESPACES, 'true']);
    return undefined;
  } catch {
    return 'needs permission to make namespaces';
  }
}

const NAMESPACES = ['--mount', '--pid', '--uts', '--ipc', '--net', '--fork', '--mount-proc'];

/** Private copies of the places that libvirt, sanlock and hostd write to. */
const PREPARE = `set -e
mount --make-rprivate /
cp -a /etc/libvirt "$HE_TEST_DIR/libvirt"
for dir in /run /var/lib/libvirt /var/cache/libvirt /var/log /rhev /etc/pki /etc/vdsm \
  /var/lib/ovirt-hosted-engine-ha; do
  mkdir -p "$dir"; mount -t tmpfs -o mode=755 tmpfs "$dir"
done
mount --bind "$HE_TEST_DIR/libvirt" /etc/libvirt
cat > /etc/libvirt/qemu.conf <<END
user = "root"
group = "root"
lock_manager = "sanlock"
cgroup_controllers = []
security_driver = "none"
namespaces = []
remember_owner = 0
stdio_handler = "file"
END
printf 'auto_disk_leases = 0\\nrequire_lease_for_disks = 0\\n' > /etc/libvirt/qemu-sanlock.conf
echo 'auth_unix_rw = "none"' > /etc/libvirt/libvirtd.conf
# The network devices that /sys shows are those of who mounts it.
mount -t sysfs sysfs /sys
ip link set lo up
mkdir -p /run/sanlock /run/lock
exec tini -- "$@"
`;

export interface TestHostResult {
  readonly code: number;
  readonly output: string;
}

/** Runs a compiled test file inside a private host; its exit code and everything it printed. */
export async function runInTestHost(file: string, timeoutMs: number): Promise<TestHostResult> {
  const dir = await mkdtemp(join(tmpdir(), 'he-test-host-'));
  try {
    await writeFile(join(dir, 'prepare.sh'), PREPARE);
    const command = ['bash', join(dir, 'prepare.sh'), process.execPath, '--test', file];
    const child = spawn('/usr/bin/unshare', [...NAMESPACES, '--kill-child', ...command], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        HE_TEST_DIR: dir,
        UV_THREADPOOL_SIZE: '16',
        LANG: 'C.UTF-8',
        HE_LOG_LEVEL: process.env['HE_LOG_LEVEL'],
        HE_TEST_LOG: process.env['HE_TEST_LOG'],
      },
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    const code = await new Promise<number>((resolve) => {
      child.on('close', (exitCode) => resolve(exitCode ?? -1));
    });
    clearTimeout(timer);
    return { code, output: Buffer.concat(chunks).toString('utf8') };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
