import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Log } from '@hosted-engine/ports';
import { PATHS } from '@hosted-engine/setup';
import {
  createVdsmServer,
  VdsmError,
  type VdsmServer,
  type VerbHandlers,
} from '@hosted-engine/vdsm';
import { runCli } from '../src/cli.js';
import { COMMANDS } from '../src/commands.js';
import { type FakeBroker, startFakeBroker } from './fake/broker-server.js';
import { CONF, testCli, VM_ID } from './fake/context.js';
import { slotOf } from './fake/slots.js';

const SILENT: Log = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};

type VmState =
  | { readonly status: 'Up' | 'WaitForLaunch' | 'Paused' }
  | { readonly status: 'Down'; readonly exitMessage: string };

/** A host daemon on loopback whose one VM goes through the states given, one at each look. */
async function startHostd(states: VmState[], lease?: { readonly owners: readonly number[] }) {
  const calls: string[] = [];
  let current: VmState | undefined = states.shift();
  const handlers: Partial<VerbHandlers> = {
    'Host.getCapabilities': async () => ({ kvmEnabled: 'true' }) as never,
    'VM.getStats': async () => {
      if (current === undefined) throw new VdsmError(1, 'no such VM');
      const seen = current;
      if (calls.includes('VM.create')) current = states.shift() ?? current;
      return [vmStats(seen)];
    },
    'VM.create': async ({ vmID, vmParams }) => {
      calls.push('VM.create');
      assert.match(String(vmParams.xml), /<name>HostedEngine<\/name>/);
      current = states.shift();
      return { vmId: vmID, status: 'WaitForLaunch', statusTime: '1' };
    },
    'VM.destroy': async () => {
      if (current === undefined) throw new VdsmError(1, 'no such VM');
      calls.push('VM.destroy');
      current = undefined;
      return true;
    },
    'VM.shutdown': async ({ delay }) => {
      if (current === undefined) throw new VdsmError(1, 'no such VM');
      calls.push(`VM.shutdown ${delay}`);
      return true;
    },
    'Volume.getInfo': async ({ volumeID }) => {
      assert.equal(volumeID, CONF.engineDisk.volumeId);
      return { lease: { path: '/x', offset: 0, version: 1, owners: lease?.owners ?? [] } } as never;
    },
    'StoragePool.connectStorageServer': async ({ connectionParams }) => {
      calls.push(`connect ${JSON.stringify(connectionParams)}`);
      return connectionParams.map(({ id }) => ({ id, status: 0 }));
    },
    'StoragePool.disconnectStorageServer': async ({ connectionParams }) =>
      connectionParams.map(({ id }) => ({ id, status: 477 })),
  };
  const server: VdsmServer = createVdsmServer({
    port: 0,
    host: '127.0.0.1',
    handlers,
    log: SILENT,
  });
  return { port: await server.listen(), calls, close: () => server.close() };
}

function vmStats(state: VmState) {
  const common = { vmId: VM_ID, statusTime: '1' };
  if (state.status !== 'Down') return { ...common, status: state.status };
  return { ...common, ...state, exitCode: 1, exitReason: 1, timeOffset: '0' };
}

/** Runs one command against a host daemon with these states of the VM. */
async function onHostd(
  args: readonly string[],
  states: VmState[],
  options: { lease?: { owners: readonly number[] }; brokerSocket?: string } = {},
) {
  const hostd = await startHostd(states, options.lease);
  try {
    const { brokerSocket } = options;
    const cli = testCli({
      hostdPort: hostd.port,
      ...(brokerSocket === undefined ? {} : { brokerSocket }),
    });
    const code = await runCli(args, cli.context);
    return { code, out: cli.out(), err: cli.err(), calls: hostd.calls, files: cli.files };
  } finally {
    await hostd.close();
  }
}

describe('--vm-start', () => {
  let broker: FakeBroker;
  before(async () => {
    broker = await startFakeBroker();
    broker.slots.set(1, slotOf(1));
  });
  after(() => broker.close());

  // The array's first state is what there is before; `undefined` stands for no VM.
  const none = undefined as unknown as VmState;

  test('starts the VM and says how it is', async () => {
    const seen = await onHostd(
      ['--vm-start'],
      [none, { status: 'WaitForLaunch' }, { status: 'Up' }],
    );
    assert.equal(seen.code, 0, seen.err);
    assert.equal(seen.out, `VM ${VM_ID} started: Up\n`);
  });

  test('a VM that is down is taken off the list first', async () => {
    const down = { status: 'Down', exitMessage: 'old' } as const;
    const seen = await onHostd(['--vm-start'], [down, { status: 'Up' }]);
    assert.equal(seen.code, 0, seen.err);
    assert.deepEqual(seen.calls, ['VM.destroy', 'VM.create']);
  });

  test('a VM that runs is left alone', async () => {
    const seen = await onHostd(['--vm-start'], [{ status: 'Paused' }]);
    assert.equal(seen.code, 44);
    assert.match(seen.err, /VM exists and its status is Paused/);
    assert.deepEqual(seen.calls, []);
  });

  test('names the host that holds the lease', async () => {
    const lost = {
      status: 'Down',
      exitMessage: 'resource busy: Failed to acquire lock: error -243',
    } as const;
    const seen = await onHostd(['--vm-start'], [none, { status: 'WaitForLaunch' }, lost], {
      lease: { owners: [1] },
      brokerSocket: broker.socketPath,
    });
    assert.equal(seen.code, 42);
    assert.match(seen.err, /lease is held by host host1.lab.test \(id 1\)/);
    assert.deepEqual(seen.calls, ['VM.create', 'VM.destroy'], 'no dead entry is left');
  });

  test('the id must do when nobody knows the name', async () => {
    const lost = { status: 'Down', exitMessage: 'Lease is held by another host' } as const;
    const seen = await onHostd(['--vm-start'], [none, lost], { lease: { owners: [3] } });
    assert.equal(seen.code, 42);
    assert.match(seen.err, /lease is held by the host with id 3/);
  });

  test('says whose lease a parked start waits for', async () => {
    const parked = Array.from({ length: 20 }, () => ({ status: 'WaitForLaunch' }) as const);
    const seen = await onHostd(['--vm-start'], [none, ...parked, { status: 'Up' }], {
      lease: { owners: [1] },
      brokerSocket: broker.socketPath,
    });
    assert.equal(seen.code, 0);
    assert.match(
      seen.out,
      /^VM is in WaitForLaunch: waiting for the lease of host host1.lab.test \(id 1\)$/m,
    );
  });

  test('any other end is told in its own words', async () => {
    const broken = { status: 'Down', exitMessage: 'cannot find QEMU' } as const;
    const seen = await onHostd(['--vm-start'], [none, broken]);
    assert.equal(seen.code, 43);
    assert.match(seen.err, /did not start: cannot find QEMU/);
  });

  test('one that the HA daemon has cleared away already: where its reason is kept', async () => {
    const seen = await onHostd(['--vm-start'], [none, none]);
    assert.equal(seen.code, 43);
    assert.match(seen.err, /did not start: it ended at once/);
    assert.match(seen.err, /run hosted-engine --explain/);
  });

  test('without vm.conf it says where to get it', async () => {
    const cli = testCli({ hostdPort: 1 });
    cli.files.delete(PATHS.vmConf);
    assert.equal(await runCli(['--vm-start'], cli.context), 30);
    assert.match(cli.err(), /vm.conf, is not there/);
  });
});

describe('power and storage', () => {
  test('--vm-shutdown asks the guest, --vm-poweroff does not', async () => {
    const shut = await onHostd(['--vm-shutdown'], [{ status: 'Up' }]);
    assert.deepEqual([shut.code, shut.calls], [0, ['VM.shutdown 120']]);
    const off = await onHostd(['--vm-poweroff'], [{ status: 'Up' }]);
    assert.deepEqual([off.code, off.calls], [0, ['VM.destroy']]);
  });

  test('a VM that is not here is an error', async () => {
    const seen = await onHostd(['--vm-poweroff'], []);
    assert.equal(seen.code, 1);
    assert.match(seen.err, /does not run on this host/);
  });

  test('--connect-storage connects what hosted-engine.conf names', async () => {
    const seen = await onHostd(['--connect-storage'], []);
    assert.equal(seen.code, 0, seen.err);
    assert.match(seen.calls[0] ?? '', /"connection":"nas.lab.test:\/exports\/he"/);
    assert.match(seen.calls[0] ?? '', /"protocol_version":"auto"/);
  });

  test('a failed connection is an error in spite of the successful call', async () => {
    const seen = await onHostd(['--disconnect-storage'], []);
    assert.equal(seen.code, 20);
    assert.match(seen.err, /status 477/);
  });

  test('a host daemon that is down is named', async () => {
    const cli = testCli();
    assert.equal(await runCli(['--vm-poweroff'], cli.context), 40);
  });
});

describe('checks', () => {
  test('--check-deployed', async () => {
    assert.equal(await runCli(['--check-deployed'], testCli().context), 0);
    assert.equal(await runCli(['--check-deployed'], testCli({ isDeployed: false }).context), 1);
  });

  test('--check-liveliness: up 0, down 1, no configuration 2', async () => {
    const up = testCli({ health: { kind: 'up', text: 'DB Up!Welcome to Health Status!' } });
    assert.equal(await runCli(['--check-liveliness'], up.context), 0);
    assert.match(up.out(), /Engine replied: DB Up!Welcome to Health Status!\nHosted Engine is up!/);
    const down = testCli({ health: { kind: 'down', text: 'DB Down!' } });
    assert.equal(await runCli(['--check-liveliness'], down.context), 1);
    assert.match(down.out(), /Hosted Engine is not up!/);
    assert.equal(await runCli(['--check-liveliness'], testCli().context), 1);
    const cli = testCli({ isDeployed: false });
    assert.equal(await runCli(['--check-liveliness'], cli.context), 2);
    const broken = testCli();
    broken.files.set(PATHS.hostedEngineConf, 'fqdn=x\n');
    assert.equal(await runCli(['--check-liveliness'], broken.context), 2);
  });
});

describe('the command line', () => {
  test('help is 0, no command is 1 with the usage', async () => {
    for (const [args, code] of [
      [['--help'], 0],
      [[], 1],
    ] as const) {
      const cli = testCli();
      assert.equal(await runCli(args, cli.context), code);
      assert.match(cli.out(), /^Usage: hosted-engine/);
    }
  });

  for (const { name } of COMMANDS) {
    test(`--${name} --help`, async () => {
      const cli = testCli({ isDeployed: false });
      assert.equal(await runCli([`--${name}`, '--help'], cli.context), 0);
      assert.match(cli.out(), new RegExp(`^Usage: hosted-engine --${name}`));
      assert.equal(cli.deployed.length, 0);
    });
  }

  test('an unknown command is refused, with the one that was meant', async () => {
    const cli = testCli();
    assert.equal(await runCli(['--vm-statsu'], cli.context), 1);
    assert.match(cli.err(), /^Invalid option '--vm-statsu'\nDid you mean --vm-status\?\n$/);
    assert.match(cli.out(), /^Usage/);
  });

  test('a value where none belongs, an unknown option, a missing value', async () => {
    for (const args of [
      ['--vm-poweroff=now'],
      ['--vm-status', '--xml'],
      ['--vm-status', '--json=1'],
      ['--vm-status', '--metadata'],
      ['--vm-status', '--json', '--json'],
    ]) {
      const cli = testCli();
      assert.equal(await runCli(args, cli.context), 1, args.join(' '));
      assert.notEqual(cli.err(), '');
    }
  });

  test('--deploy hands its files to the set-up, in order', async () => {
    const cli = testCli({ isDeployed: false });
    const args = ['--deploy', '--config-append=/a', '--config-append=/b', '--generate-answer=/c'];
    assert.equal(await runCli(args, cli.context), 0);
    assert.deepEqual(cli.deployed, [
      { configFiles: ['/a', '/b'], given: [], generateAnswer: '/c', isCheckOnly: false },
    ]);
  });

  test('a broken configuration names its file and key', async () => {
    const cli = testCli();
    cli.files.set(PATHS.hostedEngineConf, 'fqdn=engine\n');
    assert.equal(await runCli(['--vm-status'], cli.context), 30);
    assert.match(cli.err(), /hosted-engine.conf: vmid: is missing/);
  });

  test('a stack is shown with --debug alone', async () => {
    const plain = testCli();
    await runCli(['--vm-status'], plain.context);
    assert.doesNotMatch(plain.err(), /\n {4}at /);
    const debug = testCli();
    await runCli(['--vm-status', '--debug'], debug.context);
    assert.match(debug.err(), /\n {4}at /);
  });
});
