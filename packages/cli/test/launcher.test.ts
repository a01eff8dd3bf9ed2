import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BROKER_SOCKET } from '@hosted-engine/platform/broker-client';
import { runCli } from '../src/cli.js';
import { type FakeBroker, startFakeBroker } from './fake/broker-server.js';
import { testCli } from './fake/context.js';
import { slotOf, slotText } from './fake/slots.js';

const LAUNCHER = fileURLToPath(new URL('../../../../bin/hosted-engine', import.meta.url));
/** Stands where the whole program does in a checkout that the launcher is copied to. */
const WHOLE = `process.stdout.write('whole program ' + JSON.stringify(process.argv.slice(2)));`;

interface Ended {
  readonly code: unknown;
  readonly out: string;
  readonly error: string;
}

function run(program: string, args: readonly string[], env = process.env): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(program, args, { env }, (failure, out, error) => {
      resolve({ code: failure === null ? 0 : failure.code, out, error });
    });
  });
}

async function runOnFullDisk(program: string, arg: string): Promise<Omit<Ended, 'out'>> {
  const full = openSync('/dev/full', 'w');
  const child = spawn(program, [arg], { stdio: ['ignore', full, 'pipe'] });
  closeSync(full);
  let error = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    error += text;
  });
  const [code] = await once(child, 'close');
  return { code, error };
}

describe('a look at the state', () => {
  let broker: FakeBroker;
  let checkout: string;
  let launcher: string;
  before(async () => {
    broker = await startFakeBroker();
    broker.slots.set(0, slotText(''));
    broker.slots.set(1, slotOf(1));
    broker.alive.push(1);
    checkout = await mkdtemp(join(tmpdir(), 'launcher-'));
    await mkdir(join(checkout, 'bin'));
    await mkdir(join(checkout, 'packages/cli/dist/src'), { recursive: true });
    await writeFile(join(checkout, 'packages/cli/dist/src/main.js'), WHOLE);
    launcher = join(checkout, 'bin/hosted-engine');
    const text = await readFile(LAUNCHER, 'utf8');
    assert.ok(text.includes(`socket=${BROKER_SOCKET}\n`));
    await writeFile(launcher, text.replace(BROKER_SOCKET, broker.socketPath), { mode: 0o755 });
  });
  after(async () => {
    await broker.close();
    await rm(checkout, { recursive: true });
  });
  afterEach(() => {
    broker.fault = undefined;
    broker.garbage = undefined;
    broker.isLegacy = false;
  });
  const leftToNode = (...args: string[]): Ended => {
    return { code: 0, out: `whole program ${JSON.stringify(args)}`, error: '' };
  };

  for (const args of [['--vm-status'], ['--vm-status', '--json']]) {
    test(`${args.join(' ')} prints what the whole program prints, without it`, async () => {
      const cli = testCli({ brokerSocket: broker.socketPath });
      assert.equal(await runCli(args, cli.context), 0);
      assert.deepEqual(await run(launcher, args), { code: 0, out: cli.out(), error: '' });
    });
  }

  const others = [
    [],
    ['--vm-status', '--watch'],
    ['--vm-status', '--json', '--debug'],
    ['--vm-status --json'],
    ['--vm-status=--json'],
    ['--vm-start'],
    ['--explain', '--json'],
    ['*', "it's"],
  ];
  for (const args of others) {
    test(`${JSON.stringify(args)} is left to the whole program`, async () => {
      assert.deepEqual(await run(launcher, args), leftToNode(...args));
    });
  }

  const failures: readonly (readonly [string, () => void])[] = [
    ['a fault', () => (broker.fault = 'the whiteboard cannot be read')],
    ["the original's broker", () => (broker.isLegacy = true)],
  ];
  for (const [what, happen] of failures) {
    test(`${what} is left to it too`, async () => {
      happen();
      assert.deepEqual(await run(launcher, ['--vm-status']), leftToNode('--vm-status'));
    });
  }

  test('so is a host without a daemon, or without curl', async () => {
    const text = await readFile(launcher, 'utf8');
    const alone = join(checkout, 'bin/alone');
    await writeFile(alone, text.replace(broker.socketPath, '/nonexistent'), { mode: 0o755 });
    assert.deepEqual(await run(alone, ['--vm-status']), leftToNode('--vm-status'));
    const programs = join(checkout, 'programs');
    await mkdir(programs);
    await symlink(process.execPath, join(programs, 'node'));
    const without = { ...process.env, PATH: programs };
    assert.deepEqual(await run(launcher, ['--vm-status'], without), leftToNode('--vm-status'));
  });

  test('neither a proxy nor settings for curl get in its way', async () => {
    await writeFile(join(checkout, '.curlrc'), 'url = "http://localhost:1/"\n');
    const odd = { ...process.env, HOME: checkout, http_proxy: 'http://localhost:1' };
    const { code, out } = await run(launcher, ['--vm-status', '--json'], odd);
    assert.equal(code, 0);
    assert.ok('global_maintenance' in JSON.parse(out));
  });

  test('a link to it finds the whole program', async () => {
    const link = join(checkout, 'link');
    await symlink(launcher, link);
    assert.deepEqual(await run(link, ['--help']), leftToNode('--help'));
  });

  test('an answer that cannot be written is the matter of the whole program', async () => {
    const { code, error } = await runOnFullDisk(launcher, '--vm-status');
    assert.notEqual(code, 0);
    assert.match(error, /ENOSPC/);
  });
});

test('the command is the whole program', async () => {
  const { code, out, error } = await run(LAUNCHER, ['--vm-statu']);
  assert.equal(code, 1);
  assert.match(error, /^Invalid option '--vm-statu'\nDid you mean --vm-status\?\n/);
  assert.match(out, /--set-maintenance/);
});

test('output that cannot be written makes a command fail, and says so', async () => {
  const { code, error } = await runOnFullDisk(LAUNCHER, '--help');
  assert.equal(
    error,
    '[ ERROR ] the output cannot be written: ENOSPC: no space left on device, write\n',
  );
  assert.equal(code, 1);
});
