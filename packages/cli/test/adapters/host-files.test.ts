import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { hostFilesContract } from '@hosted-engine/setup/contract/host-files.contract';
import { createHostFiles } from '../../src/adapters/host-files.js';

const directories: string[] = [];
after(async () => {
  for (const directory of directories) await rm(directory, { recursive: true, force: true });
});

hostFilesContract('this machine', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'host-files-'));
  directories.push(directory);
  return createHostFiles(directory);
});
