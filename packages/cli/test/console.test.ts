import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { PATHS } from '@hosted-engine/setup';
import { createVdsmServer, VdsmError, type VdsmServer } from '@hosted-engine/vdsm';
import { runCli } from '../src/cli.js';
import { type TestCliOptions, testCli, VM_CONF, VM_ID } from './fake/context.js';

interface Ticket {
  readonly password: string;
  readonly ttl: number;
}

let server: VdsmServer;
let port = 0;
let isRunning = true;
let tickets: Ticket[] = [];
const created: string[] = [];

before(async () => {
  server = createVdsmServer({
    port: 0,
    host: '127.0.0.1',
    log: {
      error: () => undefined,
      warn: () => undefined,
      info: () => undefined,
      debug: () => undefined,
    },
    handlers: {
      'Host.getCapabilities': async () => ({ kvmEnabled: 'true' }) as never,
      'VM.setTicket': async ({ password, ttl }) => {
        if (!isRunning) throw new VdsmError(1, 'no such VM');
        tickets.push({ password, ttl });
        return true;
      },
      'VM.create': async ({ vmID, vmParams }) => {
        created.push(String(vmParams.xml));
        isRunning = true;
        return { vmId: vmID, status: 'WaitForLaunch', statusTime: '1' };
      },
      'VM.getStats': async () => {
        if (!isRunning) throw new VdsmError(1, 'no such VM');
        const displayInfo = [{ type: 'vnc', port: '5901', tlsPort: '-1', ipAddress: '0' }];
        return [{ vmId: VM_ID, status: 'Up', statusTime: '1', displayInfo }];
      },
    },
  });
  port = await server.listen();
});
after(() => server.close());
beforeEach(() => {
  isRunning = true;
  tickets = [];
});

async function run(args: readonly string[], options: TestCliOptions = {}) {
  const cli = testCli({ hostdPort: port, ...options });
  const code = await runCli(args, cli.context);
  return { code, out: cli.out(), err: cli.err(), attached: cli.attached };
}

describe('--add-console-password', () => {
  const GIVEN: readonly (readonly [string, readonly string[], TestCliOptions])[] = [
    ['as the specification writes it', ['--add-console-password=Ab12cd34'], {}],
    ['as an option', ['--add-console-password', '--password=Ab12cd34'], {}],
    [
      'in the environment',
      ['--add-console-password'],
      { env: { OVIRT_HOSTED_ENGINE_CONSOLE_PASSWORD: 'Ab12cd34' } },
    ],
    ['at a terminal', ['--add-console-password'], { typed: 'Ab12cd34' }],
  ];
  for (const [how, args, options] of GIVEN) {
    test(`takes the password ${how}, for two minutes`, async () => {
      const seen = await run(args, options);
      assert.equal(seen.code, 0, seen.err);
      assert.deepEqual(tickets, [{ password: 'Ab12cd34', ttl: 120 }]);
      assert.match(seen.out, /remote-viewer vnc:\/\/host2\.lab\.test:5901/);
      assert.doesNotMatch(seen.out + seen.err, /Ab12cd34/);
    });
  }

  test('refuses what VNC cannot tell apart, nothing at all, and silence', async () => {
    assert.match((await run(['--add-console-password=123456789'])).err, /at most 8 characters/);
    assert.match((await run(['--add-console-password'], { typed: '' })).err, /is empty/);
    const silent = await run(['--add-console-password']);
    assert.equal(silent.code, 1);
    assert.match(silent.err, /no terminal/);
    assert.deepEqual(tickets, []);
  });

  test('says where to look when the VM is elsewhere', async () => {
    isRunning = false;
    const seen = await run(['--add-console-password=Ab12cd34']);
    assert.equal(seen.code, 1);
    assert.match(seen.err, /does not run on this host/);
  });
});

describe('--console', () => {
  test('shows the graphical one on a desktop, the serial one on a text terminal', async () => {
    const desktop = await run(['--console'], { env: { DISPLAY: ':0' } });
    assert.deepEqual(desktop.attached, ['remote-viewer vnc://localhost:5901']);
    const text = await run(['--console']);
    assert.deepEqual(text.attached, [`virsh --connect qemu:///system console ${VM_ID}`]);
  });

  test('needs the VM here', async () => {
    isRunning = false;
    const seen = await run(['--console'], { env: { DISPLAY: ':0' } });
    assert.equal(seen.code, 1);
    assert.deepEqual(seen.attached, []);
  });
});

test('--vm-start-paused starts it paused, and changes no file', async () => {
  isRunning = false;
  const cli = testCli({ hostdPort: port });
  assert.equal(await runCli(['--vm-start-paused'], cli.context), 0, cli.err());
  assert.match(created.at(-1) ?? '', /launchPaused>true</);
  assert.equal(cli.files.get(PATHS.vmConf), VM_CONF);
});
