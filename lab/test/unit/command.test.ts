import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArguments } from '../../src/cli/arguments.js';
import { parseNotify } from '../../src/host-init/notify-socket.js';
import { parseCommand } from '../../src/host-init/verbs.js';
import { hostRecords, networkPlan } from '../../src/network-plan.js';
import { parseProcStat } from '../../src/proc/process-identity.js';

test('systemctl words: options with and without an equals sign', () => {
  const command = parseCommand(['kill', '-s', 'KILL', '--kill-whom=main', 'vdsmd', '-q']);
  assert.equal(command.verb, 'kill');
  assert.deepEqual(command.units, ['vdsmd']);
  assert.deepEqual(command.values.get('signal'), ['KILL']);
  assert.deepEqual(command.values.get('whom'), ['main']);
  assert.ok(command.flags.has('-q'));
});

test('what stands after -- belongs to the program', () => {
  const args = parseArguments(['lab1', '2', '--dir=/x', '--', 'ls', '--dir=/y'], ['dir']);
  assert.deepEqual(args.words, ['lab1', '2']);
  assert.equal(args.options.get('dir'), '/x');
  assert.deepEqual(args.rest, ['ls', '--dir=/y']);
  assert.throws(() => parseArguments(['--what'], ['dir']), { message: 'unknown option --what' });
});

test('a process name may hold blanks and parentheses', () => {
  const fields = Array.from({ length: 30 }, (_, index) => String(index + 4)).join(' ');
  const stat = parseProcStat(`7 (a (b) c) S ${fields}`);
  assert.equal(stat.comm, 'a (b) c');
  assert.equal(stat.state, 'S');
  assert.equal(stat.startTicks, 22);
});

test('notifications are lines of fields', () => {
  assert.deepEqual(
    [...parseNotify('READY=1\nSTATUS=a=b\n')],
    [
      ['READY', '1'],
      ['STATUS', 'a=b'],
    ],
  );
});

test('names and addresses of a lab', () => {
  const plan = networkPlan(7, 2);
  assert.equal(plan.engineMac, '00:16:3e:88:07:64');
  assert.deepEqual(hostRecords(plan), [
    'gateway.lab.test,10.88.7.1',
    'engine.lab.test,10.88.7.100',
    'nas.lab.test,10.88.7.1',
    'host1.lab.test,10.88.7.11',
    'host2.lab.test,10.88.7.12',
  ]);
});
