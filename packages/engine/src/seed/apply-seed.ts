// Carries a seed over to the appliance's own disk. engine.json is written last: a power cut before
// it leaves the appliance not set up, and the next boot does everything again.

import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HeError } from '@hosted-engine/ports';
import { makeVerifier } from '../auth/password.js';
import type { EngineConfig } from '../config.js';
import { type FileOwner, makeFolder, readIfThere, writeDurable } from '../files.js';
import { parseSeed, type SeedFiles } from './seed.js';

/** Where things are on the data partition. */
export interface DataLayout {
  readonly configFile: string;
  readonly networkFile: string;
  readonly etc: string;
  readonly own: string;
  readonly pki: string;
  readonly database: string;
}

/** The layout below the mount point of the data partition. */
export function dataLayout(base: string): DataLayout {
  return {
    etc: join(base, 'etc'),
    configFile: join(base, 'etc/engine.json'),
    networkFile: join(base, 'etc/network.conf'),
    own: join(base, 'engine'),
    pki: join(base, 'engine/pki'),
    database: join(base, 'engine/engine.db'),
  };
}

/**
 * Writes what the seed says. `owner` gets the files that the running engine reads.
 * Rejects with HE_CONFIG_INVALID when the seed cannot be used.
 */
export async function applySeed(
  files: SeedFiles,
  layout: DataLayout,
  owner: FileOwner | undefined,
): Promise<EngineConfig> {
  const seed = parseSeed(files);
  const secret = { mode: 0o600, ...(owner === undefined ? {} : { owner }) };
  await makeFolder(layout.etc, 0o755);
  await makeFolder(layout.own, 0o700, owner);
  await makeFolder(layout.pki, 0o700, owner);
  await writeDurable(join(layout.pki, 'ca.pem'), seed.caCertificate, secret);
  await writeDurable(join(layout.pki, 'ca-key.pem'), seed.caKey, secret);
  await writeDurable(layout.networkFile, `${seed.networkLines.join('\n')}\n`, { mode: 0o644 });
  const config: EngineConfig = {
    fqdn: seed.fqdn,
    adminVerifier: await makeVerifier(seed.adminPassword),
    instanceId: randomUUID(),
  };
  await writeDurable(layout.configFile, `${JSON.stringify(config, undefined, 2)}\n`, secret);
  return config;
}

/** Reads the seed's files from the folder that the guest copied them to. */
export async function readSeedFolder(folder: string): Promise<SeedFiles> {
  const userData = await readIfThere(join(folder, 'user-data'));
  if (userData === undefined) {
    throw new HeError('HE_CONFIG_INVALID', `no seed: ${folder} has no user-data`);
  }
  return {
    userData,
    metaData: (await readIfThere(join(folder, 'meta-data'))) ?? '',
    networkConfig: (await readIfThere(join(folder, 'network-config'))) ?? '',
  };
}

/** Removes the copies: their secrets are on the data partition now. */
export async function removeSeedFolder(folder: string): Promise<void> {
  for (const name of ['user-data', 'meta-data', 'network-config']) {
    await rm(join(folder, name), { force: true });
  }
}
