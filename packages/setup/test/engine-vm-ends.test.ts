// The engine VM ends while a person works in it: storage that was away, a crash, a reboot.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runDeploy } from './fake/deployment.js';
import { hostWith, starts } from './fake/installed-host.js';
import type { FakeDialog, FakeHost } from './fake/world.js';

/** Until the person reads the next warning. */
async function killAndRead(host: FakeHost, dialog: FakeDialog): Promise<void> {
  const read = new Promise<void>((resolve) => {
    dialog.onWarning = () => resolve();
  });
  host.hostd.killGuests();
  await read;
}

async function turnsUntil(isDone: () => boolean): Promise<void> {
  while (!isDone()) await new Promise((resolve) => setImmediate(resolve));
}

describe('a VM that ends while a person works in it', () => {
  const DOWN =
    '[WARNING] The VM is down (Lost connection with qemu process). Start it with `hosted-engine --vm-start`, or hit enter, and it is started again';

  test('is told of at once, and started again by the enter key', async () => {
    const host = hostWith({});
    let ends = 0;
    const told = await runDeploy(host, {
      typed: ['', '', ''],
      onAsk: async (key, dialog) => {
        if (key !== 'engineInstalled' || ends === 1) return;
        ends += 1;
        await killAndRead(host, dialog);
      },
    });
    assert.deepEqual(told.outcome, { kind: 'done' }, told.lines.join('\n'));
    assert.equal(told.lines.filter((line) => line === DOWN).length, 1);
    assert.deepEqual(starts(host), ['network', 'disk', 'disk']);
    const again = told.lines.indexOf('[WARNING] The VM is down; it is started again');
    assert.ok(again > told.lines.indexOf(DOWN));
  });

  test('is told of again after it was started by hand; a daemon that does not answer is no end', async () => {
    const host = hostWith({});
    const told = await runDeploy(host, {
      typed: ['', '', ''],
      onAsk: async (key, dialog) => {
        const [vm] = host.hostd.vms.values();
        if (key !== 'engineInstalled' || vm === undefined) return;
        for (const _ of [1, 2]) {
          await killAndRead(host, dialog);
          Object.assign(vm, { status: 'Up' });
          const looks = host.hostd.calls.length;
          await turnsUntil(() => host.hostd.calls.length >= looks + 2);
        }
        host.hostd.failures.set('VM.getStats', new Error('connection reset'));
        await turnsUntil(() => !host.hostd.failures.has('VM.getStats'));
      },
    });
    assert.deepEqual(told.outcome, { kind: 'done' }, told.lines.join('\n'));
    assert.equal(
      told.lines.filter((line) => line.startsWith('[WARNING] The VM is down')).length,
      2,
    );
    assert.deepEqual(starts(host), ['network', 'disk']);
  });

  test('during the installation is told of before it is asked whether that is complete', async () => {
    const host = hostWith({});
    let isFirst = true;
    host.onTime = () => {
      if (host.hostd.created.length !== 1 || !host.hostd.calls.includes('VM.setTicket')) return;
      if (isFirst) host.hostd.killGuests();
      isFirst = false;
    };
    const told = await runDeploy(host);
    const warning = '[WARNING] The VM did not end by itself: Lost connection with qemu process';
    assert.equal(told.lines.filter((line) => line === warning).length, 1, told.lines.join('\n'));
  });
});
