// `appliance --out FILE`: the image of the engine VM, from the cache or newly built.

import { access, constants, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createProcessRunner } from '@hosted-engine/platform';
import { HeError, type Log, messageOf } from '@hosted-engine/ports';
import { buildAppliance, copyImage } from './build-appliance.js';
import { buildInstaller } from './build-installer.js';
import { writeOva } from './ova.js';

const USAGE = `usage: appliance [--out FILE | --ova FILE | --installer] [--cache FOLDER]
Builds the engine VM's disk image (or takes it from the cache) and prints its path.
  --out FILE      copy the image there, sparse
  --ova FILE      pack it there as an OVA, which set-up imports
  --installer     build kernel and initramfs of a network installation instead, and print what a boot
                  server has to hand out, as JSON
  --cache FOLDER  where images and packages are kept (default: .cache/appliance in the checkout)`;

const CHECKOUT = fileURLToPath(new URL('../../../../', import.meta.url));

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' },
      ova: { type: 'string' },
      installer: { type: 'boolean', default: false },
      cache: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const runner = createProcessRunner();
  const say = (message: string): void => void process.stderr.write(`${message}\n`);
  const log: Log = { error: say, warn: say, info: say, debug: () => undefined };
  const sources = {
    cache: values.cache ?? (await defaultCache()),
    guest: join(CHECKOUT, 'packages/appliance/guest'),
  };
  if (values.installer) {
    const installer = await buildInstaller(runner, log, sources);
    process.stdout.write(`${JSON.stringify(installer)}\n`);
    return;
  }
  const built = await buildAppliance(runner, log, { ...sources, node: process.execPath });
  if (values.ova !== undefined) {
    await writeOva(runner, built.file, values.ova);
    process.stdout.write(`${values.ova}\n`);
    return;
  }
  if (values.out === undefined) {
    process.stdout.write(`${built.file}\n`);
    return;
  }
  await copyImage(runner, built.file, values.out);
  process.stdout.write(`${values.out}\n`);
}

async function defaultCache(): Promise<string> {
  const inCheckout = join(CHECKOUT, '.cache/appliance');
  try {
    await mkdir(inCheckout, { recursive: true });
    await access(inCheckout, constants.W_OK);
    return inCheckout;
  } catch {
    const base = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
    return join(base, 'hosted-engine/appliance');
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`appliance: ${messageOf(error)}\n`);
  if (error instanceof HeError && error.remedy !== undefined) {
    process.stderr.write(`${error.remedy}\n`);
  }
  process.exitCode = error instanceof HeError ? error.exitCode : 1;
});
