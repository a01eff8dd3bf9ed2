import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HeError, type ProcessRunner } from '@hosted-engine/ports';
import { ManualClock } from '@hosted-engine/ports/fakes/manual-clock';
import { createMounts } from '../src/mounts.js';

const SPEC = { source: 'h:/a b', target: '/mnt/x', type: 'nfs', options: 'soft,nolock' };

function recorder(code = 0, stderr = '') {
  const commands: string[][] = [];
  const processes: ProcessRunner = {
    run: async (command, args) => {
      commands.push([command, ...args]);
      return { code, stdout: '', stderr };
    },
  };
  return { commands, processes };
}

describe('mounts', () => {
  it('are made by the mount command, in a scope of their own under systemd', async () => {
    const { commands, processes } = recorder();
    const clock = new ManualClock();
    await createMounts({ processes, clock, hasSystemd: false }).mount(SPEC);
    await createMounts({ processes, clock, hasSystemd: true }).mount({ ...SPEC, options: '' });
    assert.deepEqual(commands, [
      ['mount', '-t', 'nfs', '-o', 'soft,nolock', 'h:/a b', '/mnt/x'],
      'systemd-run --scope --quiet --collect mount -t nfs'.split(' ').concat('h:/a b', '/mnt/x'),
    ]);
  });

  it('fail with the last words of the command', async () => {
    const { processes } = recorder(32, 'mount.nfs: trying\nmount.nfs: access denied\n');
    const mounts = createMounts({ processes, clock: new ManualClock(), hasSystemd: false });
    await assert.rejects(mounts.mount(SPEC), (error: unknown) => {
      assert.ok(error instanceof HeError);
      assert.equal(error.code, 'HE_STORAGE_UNREACHABLE');
      assert.match(error.message, /access denied \(exit 32\)$/);
      return true;
    });
  });

  it('that are not there are unmounted without a command', async () => {
    const { commands, processes } = recorder();
    const mounts = createMounts({ processes, clock: new ManualClock(), hasSystemd: false });
    await mounts.unmount('/no/such/mount');
    assert.deepEqual(commands, []);
    assert.ok((await mounts.list()).some((entry) => entry.target === '/'));
  });
});
