// What live migration needs of a host (docs/adr/0003-live-migration.md): libvirtd takes connections of
// other hosts of the cluster over TLS, and QEMU sends guests' memory with the same certificates.

import { PATHS, UNITS } from '../paths.js';
import type { FileMode } from '../ports.js';
import { libvirtValue, setLibvirtValue } from '../render/libvirt-conf.js';
import { restoreFile } from '../run/restore-file.js';
import type { Run } from '../run/run.js';
import type { Step } from '../run/step.js';
import { noteUnit, restoreUnit } from '../run/units.js';

const CERTIFICATE = { mode: 0o644 } as const;
const CONFIGURATION = { mode: 0o644 } as const;
/** Groups that distributions give to QEMU, the likelier first. */
const QEMU_GROUPS = ['libvirt-qemu', 'qemu', 'kvm'] as const;

interface Copy {
  readonly from: string;
  readonly isKey: boolean;
  /** libvirt's names, then QEMU's. */
  readonly names: readonly string[];
}

const COPIES: readonly Copy[] = [
  { from: PATHS.caCert, isKey: false, names: ['cacert.pem', 'ca-cert.pem'] },
  {
    from: PATHS.hostCert,
    isKey: false,
    names: ['clientcert.pem', 'client-cert.pem', 'server-cert.pem'],
  },
  {
    from: PATHS.hostKey,
    isKey: true,
    names: ['clientkey.pem', 'client-key.pem', 'server-key.pem'],
  },
];

export const MIGRATION_STEP: Step = {
  id: 'migration',
  stage: 'misc',
  supports: true,
  do: configureMigration,
  undo: async (run) => {
    for (const { isKey, names } of COPIES) {
      const mode = isKey ? await keyMode(run) : CERTIFICATE;
      for (const name of names) await restoreFile(run, pathOf(name), mode);
    }
    const libvirtd = await restoreFile(run, PATHS.libvirtdConf, CONFIGURATION);
    const qemu = await restoreFile(run, PATHS.qemuConf, CONFIGURATION);
    await restoreUnit(run, UNITS.libvirtTlsSocket);
    const wasActive = run.found.unitsBefore?.get(UNITS.libvirt)?.active === true;
    if ((libvirtd || qemu) && wasActive) await run.world.services.restart(UNITS.libvirt);
  },
};

export async function configureMigration(run: Run): Promise<void> {
  for (const { from, isKey, names } of COPIES) {
    const bytes = (await run.world.files.read(from)) ?? new Uint8Array();
    const mode = isKey ? await keyMode(run) : CERTIFICATE;
    for (const name of names) await run.backups.write(pathOf(name), bytes, mode);
  }
  await edit(run, PATHS.libvirtdConf, [
    ['listen_tls', 1],
    ['ca_file', PATHS.caCert],
    ['cert_file', PATHS.hostCert],
    ['key_file', PATHS.hostKey],
  ]);
  await edit(run, PATHS.qemuConf, [
    ['migrate_tls_x509_cert_dir', PATHS.migrationPki],
    ['migrate_tls_x509_verify', 1],
  ]);
  await listen(run);
}

async function edit(
  run: Run,
  path: string,
  settings: readonly (readonly [string, string | number])[],
): Promise<void> {
  const before = await textOf(run, path);
  const after = settings.reduce((text, [key, value]) => setLibvirtValue(text, key, value), before);
  const mode = (await run.world.files.modeOf(path)) ?? CONFIGURATION.mode;
  await run.backups.write(path, after, { mode });
}

/** A running libvirtd read its certificates when it started. systemd starts a socket only while its service is down. */
async function listen(run: Run): Promise<void> {
  const { services } = run.world;
  if (!(await services.isActive(UNITS.libvirtSocket))) {
    await services.restart(UNITS.libvirt);
    return;
  }
  await noteUnit(run, UNITS.libvirtTlsSocket);
  await services.enable(UNITS.libvirtTlsSocket);
  await services.stop(UNITS.libvirt);
  await services.start(UNITS.libvirtTlsSocket);
  await services.start(UNITS.libvirt);
}

/** QEMU may read the key: it shakes hands by itself. */
async function keyMode(run: Run): Promise<FileMode> {
  const own = libvirtValue(await textOf(run, PATHS.qemuConf), 'group');
  const groups = await textOf(run, PATHS.group);
  for (const name of own === undefined ? QEMU_GROUPS : [own]) {
    const gid = new RegExp(`^${name}:[^:]*:(\\d+):`, 'm').exec(groups)?.[1];
    if (gid !== undefined) return { mode: 0o440, uid: 0, gid: Number(gid) };
  }
  return { mode: 0o400 };
}

async function textOf(run: Run, path: string): Promise<string> {
  return new TextDecoder().decode((await run.world.files.read(path)) ?? new Uint8Array());
}

function pathOf(name: string): string {
  return `${PATHS.migrationPki}/${name}`;
}
