import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeError } from '@hosted-engine/ports';
import type { Lab } from './lab.js';
import { ENGINE_FQDN, PREFIX_LENGTH } from './network-plan.js';
import { checkoutRoot } from './paths.js';
import { run, runOrThrow } from './proc/run.js';
import { usedExtents } from './site/boot-server.js';

// What the lab's boot server hands out: an installer, and the disk of an engine that was "installed by hand": with
// a name, a CA and a password that nobody but its installer knows.

const BUILD_TIMEOUT_MS = 900_000;
const SECTOR = 512;
const MIB = 1024 ** 2;
/** The fourth entry of a boot record, which appliances leave free. */
const FOURTH_ENTRY_AT = 446 + 3 * 16;
const TYPE_LINUX = 0x83;

interface Installer {
  readonly kernel: string;
  readonly initramfs: string;
  readonly commandLine: string;
}

/** What was put into a boot folder. */
export interface BootFolder {
  /** The admin's password in the engine that is installed. */
  readonly password: string;
  /** The kernel command line of the installer, complete. */
  readonly commandLine: string;
}

/** Fills the boot folder of a lab made with `bootServer`. */
export async function fillBootFolder(
  lab: Lab,
  image: string,
  password = randomBytes(9).toString('base64url'),
): Promise<BootFolder> {
  const folder = lab.paths.boot;
  mkdirSync(folder, { recursive: true });
  const installer = await buildInstaller();
  copyFileSync(installer.kernel, join(folder, 'vmlinuz'));
  copyFileSync(installer.initramfs, join(folder, 'initrd.img'));
  const disk = join(folder, 'disk');
  await runOrThrow('cp', ['--sparse=always', '--', image, disk]);
  await appendSeed(disk, await seedOf(lab, password));
  const extents = await usedExtents(disk);
  const lines = extents.map(({ start, count }) => `${start} ${count}\n`);
  writeFileSync(join(folder, 'extents'), lines.join(''));
  const server = `http://${lab.network.gateway}`;
  const commandLine = `${installer.commandLine} he.source=${server}`;
  writeFileSync(
    join(folder, 'boot.ipxe'),
    [
      '#!ipxe',
      `kernel ${server}/vmlinuz initrd=initrd.img ${commandLine}`,
      `initrd ${server}/initrd.img`,
      'boot',
      '',
    ].join('\n'),
  );
  return { password, commandLine };
}

async function buildInstaller(): Promise<Installer> {
  const main = join(checkoutRoot(), 'packages/appliance/dist/src/main.js');
  const result = await run(process.execPath, [main, '--installer'], {
    timeoutMs: BUILD_TIMEOUT_MS,
  });
  if (result.code !== 0) {
    throw new HeError('HE_FAILED', `the installer was not built: ${result.stderr.trim()}`);
  }
  return JSON.parse(result.stdout) as Installer;
}

/** What somebody at the console of the VM would type. */
async function seedOf(lab: Lab, password: string): Promise<Readonly<Record<string, string>>> {
  const authority = await makeAuthority();
  const pem = (kind: string): string => {
    const end = `-----END ${kind}-----`;
    const text = authority.slice(authority.indexOf(`-----BEGIN ${kind}-----`));
    return text
      .slice(0, text.indexOf(end) + end.length)
      .split('\n')
      .join('\n    ');
  };
  const { engineAddress, gateway } = lab.network;
  return {
    'meta-data': `local-hostname: ${ENGINE_FQDN}\n`,
    'user-data': `#cloud-config
fqdn: ${ENGINE_FQDN}
hosted_engine:
  admin_password: ${JSON.stringify(password)}
  ca_certificate: |
    ${pem('CERTIFICATE')}
  ca_key: |
    ${pem('PRIVATE KEY')}
`,
    'network-config': `version: 2
ethernets:
  eth0:
    dhcp4: false
    addresses: ["${engineAddress}/${PREFIX_LENGTH}"]
    gateway4: "${gateway}"
    nameservers:
      addresses: ["${gateway}"]
`,
  };
}

/** Key and certificate in one text; made by a program of the machine, as an installer of its own would. */
async function makeAuthority(): Promise<string> {
  const work = mkdtempSync(join(tmpdir(), 'lab-ca-'));
  try {
    const [key, certificate] = [join(work, 'key'), join(work, 'certificate')];
    await runOrThrow('openssl', [
      ...['req', '-x509', '-days', '3650', '-subj', '/O=Installed by hand/CN=Its own CA', '-nodes'],
      ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-keyout', key],
      ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign', '-out', certificate],
    ]);
    return `${readFileSync(key, 'utf8')}${readFileSync(certificate, 'utf8')}`;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Behind the last partition, as a fourth one: the guest looks for the label on every disk. */
async function appendSeed(disk: string, files: Readonly<Record<string, string>>): Promise<void> {
  const work = mkdtempSync(`${disk}.seed-`);
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(work, name), text);
    const iso = `${work}.iso`;
    const options = ['-quiet', '-output', iso, '-volid', 'cidata', '-joliet', '-rock'];
    await runOrThrow('xorriso', ['-as', 'mkisofs', ...options, work]);
    const start = Math.ceil(statSync(disk).size / MIB) * MIB;
    const bytes = readFileSync(iso);
    truncateSync(disk, start + Math.ceil(bytes.length / MIB) * MIB);
    chmodSync(disk, 0o600);
    const file = openSync(disk, 'r+');
    writeSync(file, bytes, 0, bytes.length, start);
    const entry = Buffer.alloc(16);
    entry[4] = TYPE_LINUX;
    entry.writeUInt32LE(start / SECTOR, 8);
    entry.writeUInt32LE(Math.ceil(bytes.length / SECTOR), 12);
    writeSync(file, entry, 0, entry.length, FOURTH_ENTRY_AT);
    closeSync(file);
    rmSync(iso);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
