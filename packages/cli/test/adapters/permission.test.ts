import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createBrokerClient } from '@hosted-engine/platform/broker-client';
import { createHostFiles } from '../../src/adapters/host-files.js';

const NOBODY = 65534;
const refused = { code: 'HE_NOT_PERMITTED', exitCode: 12, remedy: 'run it as root' };

/** Permissions bind others only: as root, the action runs with the rights of nobody. */
async function withoutRights<T>(action: () => Promise<T>): Promise<T> {
  const own = process.geteuid?.();
  if (own === 0) process.seteuid?.(NOBODY);
  try {
    return await action();
  } finally {
    if (own === 0) process.seteuid?.(own);
  }
}

describe('what a user may not open', () => {
  const server = createServer();
  let directory = '';

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'permission-'));
    await chmod(directory, 0o755);
    await writeFile(join(directory, 'vm.conf'), '', { mode: 0o000 });
    await new Promise<void>((resolve) => server.listen(join(directory, 'broker'), resolve));
    await chmod(join(directory, 'broker'), 0o000);
  });

  after(async () => {
    server.close();
    await rm(directory, { recursive: true, force: true });
  });

  test('a file', async () => {
    const files = createHostFiles();
    await assert.rejects(
      withoutRights(() => files.read(join(directory, 'vm.conf'))),
      refused,
    );
  });

  test('the socket of the HA daemon', async () => {
    const broker = createBrokerClient(join(directory, 'broker'));
    await assert.rejects(
      withoutRights(() => broker.state()),
      refused,
    );
  });
});
