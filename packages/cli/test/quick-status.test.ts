import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createBrokerClient } from '@hosted-engine/platform/broker-client';
import { runCli } from '../src/cli.js';
import { quickStatus } from '../src/quick-status.js';
import { type FakeBroker, startFakeBroker } from './fake/broker-server.js';
import { testCli } from './fake/context.js';
import { slotOf, slotText } from './fake/slots.js';

const BUNDLE = fileURLToPath(new URL('../src/main/hosted-engine.cjs', import.meta.url));

describe('the quick look at the state', () => {
  let broker: FakeBroker;
  before(async () => {
    broker = await startFakeBroker();
    broker.slots.set(0, slotText(''));
    broker.slots.set(1, slotOf(1));
    broker.alive.push(1);
  });
  after(() => broker.close());
  const quick = (...args: string[]) => quickStatus(args, createBrokerClient(broker.socketPath));

  for (const args of [['--vm-status'], ['--vm-status', '--json']]) {
    test(`${args.join(' ')} prints what the whole program prints`, async () => {
      const cli = testCli({ brokerSocket: broker.socketPath });
      assert.equal(await runCli(args, cli.context), 0);
      assert.equal(await quick(...args), cli.out());
    });
  }

  const others = [
    '',
    '--vm-status --watch',
    '--vm-status --json --debug',
    '--vm-status --metadata=x',
    '--vm-status=--json',
    '--vm-start',
    '--explain --json',
  ];
  for (const line of others) {
    test(`leaves "${line}" to the whole program`, async () => {
      assert.equal(await quick(...line.split(' ').filter(Boolean)), undefined);
    });
  }

  test('leaves whatever went wrong to it too', async () => {
    broker.fault = 'the whiteboard cannot be read';
    assert.equal(await quick('--vm-status'), undefined);
    broker.fault = undefined;
    assert.equal(await quickStatus(['--vm-status'], createBrokerClient('/nonexistent')), undefined);
    const noHosts = { state: async () => ({ slots: new Map(), alive: new Set<number>() }) };
    assert.equal(await quickStatus(['--vm-status'], noHosts), undefined);
  });
});

test('the bundled command is the whole program', async () => {
  const [code, out, error] = await new Promise<[unknown, string, string]>((resolve) => {
    execFile(process.execPath, [BUNDLE, '--vm-statu'], (failure, stdout, stderr) => {
      resolve([failure?.code, stdout, stderr]);
    });
  });
  assert.equal(code, 1);
  assert.match(error, /^Invalid option '--vm-statu'\nDid you mean --vm-status\?\n/);
  assert.match(out, /--set-maintenance/);
});

test('output that cannot be written makes a command fail, and says so', async () => {
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, [BUNDLE, '--help'], { stdio: ['ignore', full, 'pipe'] });
  closeSync(full);
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [code] = await once(child, 'close');
  assert.equal(
    said,
    '[ ERROR ] the output cannot be written: ENOSPC: no space left on device, write\n',
  );
  assert.equal(code, 1);
});
