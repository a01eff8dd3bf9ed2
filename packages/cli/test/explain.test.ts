import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { formatEntry } from '@hosted-engine/core';
import { runCli } from '../src/cli.js';
import { JOURNAL } from '../src/journal-lines.js';
import { type FakeBroker, startFakeBroker } from './fake/broker-server.js';
import { testCli } from './fake/context.js';
import { decision } from './fake/journal.js';
import { slotOf } from './fake/slots.js';

const LINE = formatEntry(decision());

describe('--explain', () => {
  let broker: FakeBroker;
  before(async () => {
    broker = await startFakeBroker();
    broker.slots.set(0, new Uint8Array(4096));
    for (const id of [1, 2]) broker.slots.set(id, slotOf(id));
    broker.alive.push(1, 2);
    broker.decision = LINE;
  });
  after(() => broker.close());

  test('puts the daemon, the slots and the journal together', async () => {
    const cli = testCli({ brokerSocket: broker.socketPath });
    cli.files.set(JOURNAL, `${LINE}\n`);
    cli.files.set('/etc/vdsm/vdsm.conf', '[sanlock]\nio_timeout = 2\n');
    assert.equal(await runCli(['--explain'], cli.context), 0);
    const text = cli.out();
    assert.match(text, /^The engine VM runs on host1\.lab\.test, and the engine is healthy\.$/m);
    assert.match(text, /host2\.lab\.test \(host 2, this host\): score 0 of 3400/);
    assert.match(text, /-1600 {2}the network test fails/);
    assert.match(
      text.replaceAll(/\s+/g, ' '),
      /began to find out what runs on it\. Why: the daemon started\./,
    );
    assert.match(text, /8 times the io_timeout of 2 s|No other host could take/);
    assert.equal(cli.err(), '');
  });

  test('the same as JSON', async () => {
    const cli = testCli({ brokerSocket: broker.socketPath });
    cli.files.set(JOURNAL, `${LINE}\n`.repeat(5));
    assert.equal(await runCli(['--explain', '--json', '--last', '3'], cli.context), 0);
    const answer = JSON.parse(cli.out()) as Record<string, readonly unknown[]>;
    assert.deepEqual(Object.keys(answer), [
      'hostId',
      'hostname',
      'caveats',
      'headline',
      'hosts',
      'events',
      'change',
      'takeover',
    ]);
    assert.equal(answer['events']?.length, 3);
  });

  test('works from the journal when the daemon is down, and says so', async () => {
    const cli = testCli();
    cli.files.set(JOURNAL, `${LINE}\n{"v":2,"ki`);
    assert.equal(await runCli(['--explain'], cli.context), 0);
    assert.match(
      cli.out().replaceAll(/\s+/g, ' '),
      /^Note: The HA daemon of this host does not tell/,
    );
    assert.match(cli.out(), /1 line of the journal cannot be read/);
  });

  test('without daemon and journal it says that nothing is known', async () => {
    const cli = testCli();
    assert.equal(await runCli(['--explain'], cli.context), 0);
    assert.match(cli.out().replaceAll(/\s+/g, ' '), /Its journal holds no decision either/);
  });

  test('a daemon that has the slots but tells no decision, as the original', async () => {
    broker.isLegacy = true;
    const cli = testCli({ brokerSocket: broker.socketPath });
    assert.equal(await runCli(['--explain'], cli.context), 0);
    assert.match(cli.out(), /it has decided nothing yet/);
    assert.equal(await runCli(['--vm-status'], cli.context), 0);
    assert.match(cli.out(), /\(id: 1\)/);
    broker.isLegacy = false;
  });

  test('refuses senseless counts, and a host without deployment', async () => {
    for (const last of ['0', '-1', '1.5', 'many']) {
      const cli = testCli({ brokerSocket: broker.socketPath });
      assert.equal(await runCli(['--explain', `--last=${last}`], cli.context), 1, last);
      assert.match(cli.err(), /--last must be a whole number/);
    }
    const bare = testCli({ isDeployed: false });
    assert.equal(await runCli(['--explain'], bare.context), 1);
  });
});

describe('--replay', () => {
  test('a good journal gives the same decisions', async () => {
    const cli = testCli({ isDeployed: false });
    cli.files.set('/tmp/j', `${LINE}\n${LINE}\n`);
    assert.equal(await runCli(['--replay', '/tmp/j'], cli.context), 0);
    assert.match(cli.out(), /StartState -> ReinitializeFSM: the daemon started\n/);
    assert.match(cli.out(), /^2 decisions replayed, all the same\.$/m);
  });

  test('a decision that differs is shown, and is an error', async () => {
    const cli = testCli({ isDeployed: false });
    const other = formatEntry(decision({ to: 'EngineUp', reason: 'it was so' }));
    cli.files.set('/tmp/j', `${LINE}\n${other}\n`);
    assert.equal(await runCli(['--replay=/tmp/j'], cli.context), 25);
    assert.match(cli.out(), /line 2 differs in its state\n +journal: EngineUp\n +replay: +Reinit/);
    assert.match(cli.err(), /1 of 2 decisions in \/tmp\/j come out otherwise/);
  });

  test('damaged lines are named; the others are replayed', async () => {
    const cli = testCli({ isDeployed: false });
    cli.files.set('/tmp/j', `${LINE}\nrubbish\n{"v":9}\n${LINE}\n${LINE.slice(0, 90)}`);
    assert.equal(await runCli(['--replay', '/tmp/j'], cli.context), 24);
    assert.match(cli.out(), /^line 2 is cut off/m);
    assert.match(cli.out(), /^line 3 has format version 9; this program reads 2$/m);
    assert.match(cli.out(), /^line 5 is cut off: it has no end$/m);
    assert.match(cli.out(), /^2 decisions replayed: 2 the same, 0 other ones; 3 lines/m);
    assert.match(cli.err(), /3 lines of \/tmp\/j cannot be replayed/);
  });

  test('as JSON, with the same exit code', async () => {
    const cli = testCli({ isDeployed: false });
    cli.files.set(JOURNAL, `${LINE}\nrubbish\n`);
    assert.equal(await runCli(['--replay', '--json'], cli.context), 24);
    const answer = JSON.parse(cli.out()) as Record<string, unknown>;
    assert.deepEqual([answer['same'], answer['differing'], answer['damaged']], [1, 0, 1]);
  });

  test('a journal that is not there', async () => {
    const cli = testCli({ isDeployed: false });
    assert.equal(await runCli(['--replay', '/nowhere'], cli.context), 1);
    assert.match(cli.err(), /there is no journal \/nowhere/);
  });
});
