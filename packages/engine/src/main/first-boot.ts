// The part of the start that needs root: the seed of the first boot, then giving root away.

import { execFile } from 'node:child_process';
import { chown } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Log } from '@hosted-engine/ports';
import { messageOf } from '@hosted-engine/ports';
import { type EngineConfig, parseConfig } from '../config.js';
import { type FileOwner, readIfThere } from '../files.js';
import {
  applySeed,
  type DataLayout,
  readSeedFolder,
  removeSeedFolder,
} from '../seed/apply-seed.js';

export interface FirstBoot {
  readonly layout: DataLayout;
  readonly seedFolder: string | undefined;
  /** Program that applies network.conf; undefined outside the appliance. */
  readonly networkUp: string | undefined;
  readonly owner: FileOwner | undefined;
  readonly log: Log;
}

/** The configuration: what an earlier boot wrote, or else what the seed says. */
export async function loadConfig(options: FirstBoot): Promise<EngineConfig> {
  const { layout, seedFolder, log } = options;
  const written = await readIfThere(layout.configFile);
  if (written !== undefined) return parseConfig(written, layout.configFile);
  const files = await readSeedFolder(seedFolder ?? 'the seed folder');
  const config = await applySeed(files, layout, options.owner);
  log.info('set up from the seed disk', { fqdn: config.fqdn });
  if (seedFolder !== undefined) await removeSeedFolder(seedFolder);
  if (options.networkUp !== undefined) {
    try {
      await promisify(execFile)(options.networkUp);
    } catch (error) {
      // The next boot tries again; the health page on a working network is worth waiting for.
      log.error('the network cannot be set up', { problem: messageOf(error) });
    }
  }
  return config;
}

/** From here on a hole in the engine is not a hole in the whole guest. Does nothing without root. */
export async function dropRoot(owner: FileOwner | undefined, layout: DataLayout): Promise<void> {
  if (owner === undefined || process.getuid?.() !== 0) return;
  await chown(layout.own, owner.uid, owner.gid);
  process.setgroups?.([]);
  process.setgid?.(owner.gid);
  process.setuid?.(owner.uid);
}
