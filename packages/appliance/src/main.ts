// `appliance --out FILE`: the image of the engine VM, from the cache or newly built.

import { access, constants, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createProcessRunner } from '@hosted-engine/platform';
import { HeError, type Log, messageOf } from '@hosted-engine/ports';
import { buildAppliance, copyImage } from './build-appliance.js';

const USAGE = `usage: appliance [--out FILE] [--cache FOLDER]
Builds the engine VM's disk image (or takes it from the cache) and prints its path.
  --out FILE      copy the image there, sparse
  --cache FOLDER  where images and packages are kept (default: .cache/appliance in the checkout)`;

const CHECKOUT = fileURLToPath(new URL('../../../../', import.meta.url));

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' },
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
  const built = await buildAppliance(runner, log, {
    cache: values.cache ?? (await defaultCache()),
    guest: join(CHECKOUT, 'packages/appliance/guest'),
    node: process.execPath,
  });
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
