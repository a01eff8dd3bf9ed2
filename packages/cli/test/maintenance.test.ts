import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { PATHS } from '@hosted-engine/setup';
import { runCli } from '../src/cli.js';
import { type FakeBroker, startFakeBroker } from './fake/broker-server.js';
import { testCli } from './fake/context.js';
import { slotOf } from './fake/slots.js';

describe('--set-maintenance', () => {
  let broker: FakeBroker;
  before(async () => {
    broker = await startFakeBroker();
  });
  after(() => broker.close());

  const flags = (files: Map<string, string>): string => files.get(PATHS.haConf) ?? '';
  const globalText = (): string =>
    Buffer.from(broker.slots.get(0) ?? [])
      .toString('latin1')
      .replace(/\0+$/, '');

  for (const [args, global, local] of [
    [['--set-maintenance', '--mode=global'], 'maintenance=1', 'False'],
    [['--set-maintenance=global'], 'maintenance=1', 'False'],
    [['--set-maintenance', '--mode=local'], 'maintenance=0', 'True'],
    [['--set-maintenance=none'], 'maintenance=0', 'False'],
  ] as const) {
    test(args.join(' '), async () => {
      const cli = testCli({ brokerSocket: broker.socketPath });
      cli.files.set(PATHS.haConf, '# mine\nother=1\n');
      assert.equal(await runCli(args, cli.context), 0, cli.err());
      assert.equal(globalText(), global);
      assert.match(flags(cli.files), new RegExp(`^local_maintenance=${local}$`, 'm'));
      assert.match(flags(cli.files), /^# mine\nother=1\n/);
    });
  }

  test('a bad mode, or none, changes nothing', async () => {
    broker.slots.clear();
    for (const args of [
      ['--set-maintenance'],
      ['--set-maintenance=on'],
      ['--set-maintenance', '--mode=on'],
    ]) {
      const cli = testCli({ brokerSocket: broker.socketPath });
      assert.equal(await runCli(args, cli.context), 1, args.join(' '));
      assert.match(cli.err(), /mode/);
      assert.equal(cli.files.get(PATHS.haConf), undefined);
    }
    assert.equal(broker.slots.size, 0);
  });

  test('an HA daemon that is down is an error, and nothing is set', async () => {
    const cli = testCli();
    assert.equal(await runCli(['--set-maintenance=local'], cli.context), 50);
    assert.equal(cli.files.get(PATHS.haConf), undefined);
  });

  const refused = /no other host can take it over/;
  const lookAt = (alive: readonly number[], ...slots: readonly number[]): void => {
    broker.slots.clear();
    for (const id of slots) broker.slots.set(id, slotOf(id));
    broker.alive.splice(0, broker.alive.length, ...alive);
  };

  test('local, while the engine VM runs here and no other host lives: refused', async () => {
    for (const alive of [[], [2]]) {
      lookAt(alive, 2, 3);
      const cli = testCli({ brokerSocket: broker.socketPath });
      assert.equal(await runCli(['--set-maintenance=local'], cli.context), 51);
      assert.match(cli.err(), refused);
      assert.equal(cli.files.get(PATHS.haConf), undefined);
    }
  });

  test('local, while another host can take the engine VM: set', async () => {
    lookAt([2, 3], 2, 3);
    const cli = testCli({ brokerSocket: broker.socketPath });
    assert.equal(await runCli(['--set-maintenance=local'], cli.context), 0, cli.err());
    assert.match(flags(cli.files), /^local_maintenance_forced=False$/m);
  });

  test('local --force: set, whoever is there; none takes it back', async () => {
    lookAt([2], 2);
    const cli = testCli({ brokerSocket: broker.socketPath });
    assert.equal(await runCli(['--set-maintenance=local', '--force'], cli.context), 0, cli.err());
    assert.match(flags(cli.files), /^local_maintenance_forced=True$/m);
    assert.equal(await runCli(['--set-maintenance=none'], cli.context), 0, cli.err());
    assert.match(flags(cli.files), /^local_maintenance_forced=False$/m);
  });
});
