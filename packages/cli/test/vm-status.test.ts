import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runCli } from '../src/cli.js';
import { type FakeBroker, startFakeBroker } from './fake/broker-server.js';
import { testCli } from './fake/context.js';
import { slotOf, slotText } from './fake/slots.js';

/** Slots that nothing good can be read from; each belongs to host 2. */
const BAD_SLOTS: readonly [string, Uint8Array, RegExp][] = [
  ['a corrupt one', corrupt(slotOf(2)), /malformed: CRC/],
  ['a torn one', slotText('1|1|5000|2|34'), /malformed: 5 of 7 expected tokens/],
  ['one of a newer version', slotText('2|1|whatever'), /too-new: metadata version 2/],
  ['one of an older version', slotText('1|0|1|2|0|{}|h'), /too-old: feature version 0/],
  ['one that is no text', new Uint8Array(4096).fill(0xff), /malformed: no metadata version/],
  ['one with bytes that are not UTF-8', withBytes(slotOf(2), 90, [0xc3, 0x28]), /malformed/],
  ["another host's", slotOf(5), /foreign-id: slot 2 holds the data of host id 5/],
];

function corrupt(slot: Uint8Array): Uint8Array {
  return withBytes(slot, 12, [0x39]);
}

function withBytes(slot: Uint8Array, at: number, bytes: readonly number[]): Uint8Array {
  const copy = slot.slice();
  copy.set(bytes, at);
  return copy;
}

describe('--vm-status --metadata', () => {
  let directory = '';
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'whiteboard-'));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  async function board(slots: readonly Uint8Array[], tail = new Uint8Array()): Promise<string> {
    const path = join(directory, `board-${Math.random()}`);
    await writeFile(path, Buffer.concat([...slots, tail]));
    return path;
  }
  const global = slotText('');

  test('needs no deployment and no daemon', async () => {
    const cli = testCli({ isDeployed: false });
    const path = await board([global, slotOf(1), slotOf(2)]);
    assert.equal(await runCli(['--vm-status', `--metadata=${path}`], cli.context), 0);
    const text = cli.out();
    assert.match(text, /^--== Host host1.lab.test \(id: 1\) status ==--$/m);
    assert.match(text, /^--== Host host2.lab.test \(id: 2\) status ==--$/m);
    assert.match(text, /^Engine status {22}: \{"vm": "up", "health": "good", "detail": "Up"\}$/m);
    assert.match(text, /^Status up-to-date {18}: unknown$/m);
    assert.match(text, /^\tstate=EngineUp$/m);
    assert.equal(cli.err(), '');
  });

  for (const [name, slot, reason] of BAD_SLOTS) {
    test(`${name} is named with its reason and leaves the others`, async () => {
      const path = await board([global, slotOf(1), slot, slotOf(3)]);
      const text = testCli({ isDeployed: false });
      assert.equal(await runCli(['--vm-status', `--metadata=${path}`], text.context), 0);
      assert.match(text.out(), /\(id: 1\).*\(id: 2\).*Slot rejected.*\(id: 3\)/s);
      assert.match(text.out(), reason);
      const json = testCli({ isDeployed: false });
      assert.equal(await runCli(['--vm-status', '--json', `--metadata=${path}`], json.context), 0);
      const status = JSON.parse(json.out()) as Record<string, Record<string, unknown>>;
      assert.deepEqual(Object.keys(status).sort(), ['1', '2', '3', 'global_maintenance']);
      assert.equal(status['1']?.['score'], 3400);
      assert.ok('slot-rejected' in (status['2'] ?? {}));
      assert.equal(status['1']?.['live-data'], null);
    });
  }

  test('a host with a name beyond ASCII is shown as it is', async () => {
    const path = await board([global, slotOf(1, 'höst1.läb'), slotOf(2)]);
    const cli = testCli({ isDeployed: false });
    assert.equal(await runCli(['--vm-status', `--metadata=${path}`], cli.context), 0);
    assert.match(cli.out(), /--== Host höst1.läb \(id: 1\)/);
    assert.match(cli.out(), /\(id: 2\)/);
  });

  test('a zeroed slot is no host; a copy that ends early is read as far as it goes', async () => {
    const cut = slotOf(3).subarray(0, 700);
    const path = await board([global, slotOf(1), new Uint8Array(4096), cut]);
    const cli = testCli({ isDeployed: false });
    assert.equal(await runCli(['--vm-status', `--metadata=${path}`], cli.context), 0);
    assert.doesNotMatch(cli.out(), /\(id: 2\)/);
    assert.match(cli.out(), /\(id: 3\)/);
  });

  test('global maintenance is shown before and after', async () => {
    const path = await board([slotText('maintenance=1'), slotOf(1)]);
    const cli = testCli({ isDeployed: false });
    await runCli(['--vm-status', `--metadata=${path}`], cli.context);
    const banner = '!! Cluster is in GLOBAL MAINTENANCE mode !!';
    assert.equal(cli.out().split(banner).length, 3);
    assert.ok(cli.out().startsWith(banner) && cli.out().endsWith(`${banner}\n`));
  });

  test('a bad global slot leaves the hosts', async () => {
    const path = await board([new Uint8Array(4096).fill(0xff), slotOf(1)]);
    const cli = testCli({ isDeployed: false });
    assert.equal(await runCli(['--vm-status', `--metadata=${path}`], cli.context), 0);
    assert.match(cli.out(), /\(id: 1\)/);
  });

  test('a file without any host, and one that is not there, are errors', async () => {
    const empty = testCli({ isDeployed: false });
    const path = await board([global]);
    assert.equal(await runCli(['--vm-status', `--metadata=${path}`], empty.context), 1);
    assert.match(empty.err(), /no host has reported/);
    const absent = testCli({ isDeployed: false });
    assert.equal(await runCli(['--vm-status', '--metadata=/nonexistent'], absent.context), 20);
    assert.match(absent.err(), /^\[ ERROR \] cannot read \/nonexistent/);
    assert.equal(absent.out(), '');
  });
});

describe('--vm-status from the HA daemon', () => {
  let broker: FakeBroker;
  before(async () => {
    broker = await startFakeBroker();
  });
  after(() => broker.close());

  test('shows which hosts are alive, and stale data as such', async () => {
    broker.slots.clear();
    for (const id of [1, 2]) broker.slots.set(id, slotOf(id));
    broker.alive.splice(0, Infinity, 1);
    const cli = testCli({ brokerSocket: broker.socketPath });
    assert.equal(await runCli(['--vm-status'], cli.context), 0);
    const [one = '', two = ''] = cli.out().split('--== Host host2');
    assert.match(one, /Status up-to-date {18}: True/);
    assert.match(one, /Engine status {22}: \{"vm"/);
    assert.match(two, /Status up-to-date {18}: False/);
    assert.match(two, /Engine status {22}: unknown stale-data/);
  });

  test('JSON keeps its keys', async () => {
    broker.slots.clear();
    broker.slots.set(0, slotText('maintenance=1'));
    broker.slots.set(1, slotOf(1));
    broker.alive.splice(0, Infinity, 1);
    const cli = testCli({ brokerSocket: broker.socketPath });
    assert.equal(await runCli(['--vm-status', '--json'], cli.context), 0);
    const status = JSON.parse(cli.out()) as Record<string, unknown>;
    assert.equal(status['global_maintenance'], true);
    assert.deepEqual(Object.keys(status['1'] ?? {}).sort(), [
      'conf_on_shared_storage',
      'crc32',
      'engine-status',
      'extra',
      'host-id',
      'host-ts',
      'hostname',
      'live-data',
      'local_conf_timestamp',
      'maintenance',
      'score',
      'stopped',
    ]);
  });

  test('one bad slot leaves the command working', async () => {
    broker.slots.clear();
    for (const [index, [, slot]] of BAD_SLOTS.entries()) broker.slots.set(index + 10, slot);
    broker.slots.set(1, slotOf(1));
    const cli = testCli({ brokerSocket: broker.socketPath });
    assert.equal(await runCli(['--vm-status'], cli.context), 0);
    assert.match(cli.out(), /\(id: 1\)/);
    assert.equal(cli.out().split('Slot rejected').length, BAD_SLOTS.length + 1);
  });

  test('without a daemon it says so', async () => {
    const cli = testCli();
    assert.equal(await runCli(['--vm-status'], cli.context), 50);
    assert.match(cli.err(), /^\[ ERROR \] the hosted engine's HA daemon does not answer/);
    assert.match(cli.err(), /systemctl status ovirt-ha-agent/);
    assert.doesNotMatch(cli.err(), /\n {4}at /);
  });

  test('a daemon that answers with a fault, or nonsense, is told apart', async () => {
    broker.fault = 'the whiteboard cannot be read';
    const cli = testCli({ brokerSocket: broker.socketPath });
    assert.equal(await runCli(['--vm-status'], cli.context), 1);
    assert.match(cli.err(), /refused .*: the whiteboard cannot be read/);
    broker.fault = undefined;
    broker.garbage = '<html>';
    const other = testCli({ brokerSocket: broker.socketPath });
    assert.equal(await runCli(['--vm-status'], other.context), 50);
    broker.garbage = undefined;
  });

  test('on a host that is not deployed', async () => {
    const cli = testCli({ isDeployed: false });
    assert.equal(await runCli(['--vm-status'], cli.context), 1);
    assert.equal(cli.err(), 'You must run deploy first\n');
  });
});
