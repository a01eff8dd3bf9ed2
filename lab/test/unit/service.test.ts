import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { Service } from '../../src/host-init/service.js';
import { parseUnit } from '../../src/host-init/unit-file.js';

// Real child processes of this one, no root: what a service does when its program ends or lingers.
describe('a service', () => {
  const folder = mkdtempSync(join(tmpdir(), 'service-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const turnsUntil = async (isDone: () => boolean): Promise<void> => {
    while (!isDone()) await new Promise((resolve) => setImmediate(resolve));
  };

  const service = (name: string, ...lines: readonly string[]): Service => {
    const unit = parseUnit(`${name}.service`, name, ['[Service]', ...lines].join('\n'));
    return new Service(unit, {
      baseEnvironment: { PATH: '/usr/bin:/bin' },
      logFolder: folder,
      notifySocketFor: () => join(folder, 'nobody-reads'),
      log: () => undefined,
    });
  };

  test('that ends well without Restart is inactive again', async () => {
    const one = service('short', 'ExecStart=/bin/sleep 0.05');
    assert.ok(await one.start());
    await one.stop();
    assert.equal(one.view().state, 'inactive');
    assert.equal(one.view().mainPid, 0);
  });

  test('that ignores TERM is killed at its stop time-out', async () => {
    const script = 'trap "" TERM; echo ready; while :; do sleep 0.05; done';
    const one = service('deaf', `ExecStart=/bin/sh -c '${script}'`, 'TimeoutStopSec=200ms');
    await one.start();
    await turnsUntil(() => /^ready$/m.test(readFileSync(join(folder, 'deaf.log'), 'utf8')));
    await one.stop();
    assert.equal(one.view().state, 'inactive');
    assert.equal(one.view().exitSignal, 'SIGKILL');
  });

  test('of Type=notify that never gets ready fails its start', async () => {
    const one = service('mute', 'Type=notify', 'ExecStart=/bin/sleep 9', 'TimeoutStartSec=100ms');
    assert.equal(await one.start(), false);
    assert.equal(one.view().state, 'failed');
    assert.equal(one.view().result, 'timeout');
  });

  test('that is notified ready is active only then', async () => {
    const one = service('ready', 'Type=notify', 'ExecStart=/bin/sleep 9');
    const started = one.start();
    assert.equal(one.view().state, 'activating');
    one.onNotify(new Map([['READY', '1']]));
    assert.equal(await started, true);
    await one.stop();
  });

  test('gives way to guests, unless its unit says how nice it is', async () => {
    for (const [lines, nice] of [[[], 10] as const, [['Nice=7'], 7] as const]) {
      const one = service(`nice${nice}`, ...lines, 'ExecStart=/bin/sleep 9');
      await one.start();
      const { mainPid } = one.view();
      assert.equal(getPriority(mainPid), nice);
      const group = `/proc/${mainPid}/autogroup`;
      if (existsSync(group))
        assert.match(readFileSync(group, 'utf8'), new RegExp(` nice ${nice}\n$`));
      await one.stop();
    }
  });

  test('whose program is absent, or whose preparation fails, fails its start', async () => {
    const absent = service('absent', 'Type=notify', 'ExecStart=/nowhere/program');
    assert.equal(await absent.start(), false);
    assert.equal(absent.view().exitCode, 203);
    const unprepared = service('unprepared', 'ExecStartPre=/bin/false', 'ExecStart=/bin/sleep 9');
    assert.equal(await unprepared.start(), false);
    assert.equal(unprepared.view().state, 'failed');
    assert.doesNotMatch(readFileSync(join(folder, 'unprepared.log'), 'utf8'), /sleep/);
  });

  test('that ends again and again is given up at its start limit', async () => {
    const one = service(
      'looping',
      'Type=notify',
      'ExecStart=/bin/false',
      'Restart=always',
      'RestartSec=1ms',
    );
    await one.start();
    await turnsUntil(() => one.view().state === 'failed');
    assert.equal(one.view().result, 'start-limit-hit');
    assert.equal(one.view().restarts, 5);
  });

  test('a stop ends a pending restart', async () => {
    const one = service('pending', 'ExecStart=/bin/false', 'Restart=always', 'RestartSec=60');
    await one.start();
    await turnsUntil(() => one.view().subState === 'auto-restart');
    await one.stop();
    assert.equal(one.view().state, 'inactive');
  });
});
