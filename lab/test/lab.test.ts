import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { HOST_CHECKOUT, type Lab, makeLab, until, when } from '../src/index.js';
import { labObstacle } from '../src/requirements.js';

const obstacle = labObstacle();
const NOTIFIER = `${HOST_CHECKOUT}/lab/dist/test/fixtures/notifier.js`;

describe('a lab of two hosts', { skip: obstacle ?? false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-test-'));
  let lab: Lab;

  const putUnit = async (host: number, name: string, lines: readonly string[]): Promise<void> => {
    const path = `/etc/lab/units/${name}.service`;
    await lab.host(host).execOrThrow(['sh', '-c', 'mkdir -p /etc/lab/units && cat >"$0"', path], {
      input: `${lines.join('\n')}\n`,
    });
    await lab.host(host).systemctl('daemon-reload');
  };

  before(async () => {
    lab = await makeLab({ name: 'test', dir: join(folder, 'lab'), hosts: 2 });
  });

  after(async () => {
    await lab?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  test('each host runs its own libvirt and sanlock', async () => {
    for (const host of lab.hosts) {
      await host.startDaemon('libvirtd');
      assert.ok(await host.isActive('sanlock'));
      const name = await host.execOrThrow(['virsh', '-c', 'qemu:///system', 'hostname']);
      assert.equal(name.trim(), host.plan.fqdn);
      await host.execOrThrow(['sanlock', 'client', 'status']);
    }
  });

  test('gateway, peers and names answer; forward and reverse', async () => {
    const host = lab.host(1);
    await host.execOrThrow(['ping', '-c1', '-W2', lab.network.gateway]);
    await host.execOrThrow(['ping', '-c1', '-W2', 'host2.lab.test']);
    const reverse = await host.execOrThrow(['getent', 'hosts', lab.network.engineAddress]);
    assert.match(reverse, /engine\.lab\.test/);
  });

  test('a cut cable and a silent gateway heal again', async () => {
    const ping = async (host: number, target: string): Promise<number> =>
      (await lab.host(host).exec(['ping', '-c1', '-W1', target])).code;
    await lab.host(1).cutNetwork();
    assert.notEqual(await ping(1, lab.network.gateway), 0);
    assert.equal(await ping(2, lab.network.gateway), 0);
    await lab.host(1).healNetwork();
    assert.equal(await ping(1, lab.network.gateway), 0);
    await lab.cutGateway();
    assert.notEqual(await ping(2, lab.network.gateway), 0);
    assert.equal(await ping(2, 'host1.lab.test'), 0, 'names are still served');
    await lab.healGateway();
    assert.equal(await ping(2, lab.network.gateway), 0);
  });

  test('storage hangs, breaks and heals for one host alone', async () => {
    const source = lab.makeStorage('he');
    const mount = [
      'sh',
      '-c',
      `mkdir -p /rhev/t && mount -t fuse.bindfs -o direct_io ${source} /rhev/t`,
    ];
    const write = ['dd', 'if=/dev/zero', 'of=/rhev/t/f', 'bs=4096', 'count=1', 'oflag=direct'];
    const read = ['timeout', '1', 'cat', '/rhev/t/f'];
    for (const host of lab.hosts) await host.execOrThrow(mount);
    await lab.host(1).execOrThrow(write);
    await lab.host(1).hangStorage();
    assert.notEqual((await lab.host(1).exec(read)).code, 0);
    assert.equal((await lab.host(2).exec(read)).code, 0);
    await lab.host(1).healStorage();
    assert.equal((await lab.host(1).exec(read)).code, 0);
    await lab.host(1).breakStorage();
    const broken = await lab.host(1).exec(read);
    assert.match(broken.stderr, /not connected|Input\/output/);
    await lab.host(1).healStorage();
    assert.equal((await lab.host(1).exec(read)).code, 0);
  });

  test('nothing a host writes reaches the machine, and no host can use its KVM', async () => {
    const host = lab.host(1);
    const marks = ['/etc/lab-mark', '/usr/share/lab-mark', '/var/lib/lab-mark', '/root/lab-mark'];
    await host.execOrThrow(['touch', ...marks, '/run/lab-mark']);
    for (const mark of marks) assert.ok(!existsSync(mark), mark);
    assert.notEqual((await host.exec(['test', '-e', '/dev/kvm'])).code, 0);
    assert.notEqual((await host.exec(['touch', `${HOST_CHECKOUT}/mark`])).code, 0);
  });

  test('a power cut ends everything; the disk outlives it, /run does not', async () => {
    const host = lab.host(2);
    await putUnit(2, 'sleeper', ['[Service]', 'ExecStart=/bin/sleep 1000']);
    await host.execOrThrow(['systemctl', 'enable', '--now', 'sleeper']);
    await host.execOrThrow(['touch', '/etc/kept', '/run/lost']);
    const before = (await host.processes()).length;
    assert.ok(before >= 4);
    await host.powerOff();
    assert.equal(await host.isOn(), false);
    await assert.rejects(host.exec(['true']), /powered off/);
    const started = performance.now();
    await host.powerOn();
    await host.startDaemon('libvirtd');
    const seconds = (performance.now() - started) / 1000;
    assert.ok(seconds < 5, `booted in ${seconds} s`);
    await host.execOrThrow(['test', '-e', '/etc/kept']);
    assert.notEqual((await host.exec(['test', '-e', '/run/lost'])).code, 0);
    await until(async () => when(await host.isActive('sleeper'), 'not active'), 5, 'sleeper');
    await host.execOrThrow(['ping', '-c1', '-W2', lab.network.gateway]);
  });

  test('systemctl answers as products expect', async () => {
    const host = lab.host(1);
    await putUnit(1, 'plain', [
      '[Service]',
      'ExecStart=/bin/sleep 1000',
      'Restart=always',
      'RestartSec=100ms',
      '[Install]',
      'Alias=other.service',
    ]);
    const call = async (...words: string[]) => host.exec(['systemctl', ...words]);
    assert.equal((await call('is-active', 'plain')).code, 3);
    assert.equal((await call('is-enabled', 'plain')).code, 1);
    assert.equal((await call('start', 'absent')).code, 5);
    assert.equal((await call('start', 'plain.service')).code, 0);
    assert.equal((await call('is-active', 'other')).stdout, 'active\n');
    const first = await host.mainPid('plain');
    await host.killDaemon('plain');
    await until(
      async () => {
        const pid = await host.mainPid('plain');
        return when(pid !== 0 && pid !== first, `main pid ${pid}`);
      },
      5,
      'a killed daemon starts again',
    );
    assert.equal((await call('stop', 'plain')).code, 0);
    const shown = await call('show', '-p', 'ActiveState,MainPID', 'plain');
    assert.equal(shown.stdout, 'ActiveState=inactive\nMainPID=0\n');
    assert.equal((await call('status', 'plain')).code, 3);
  });

  test('a frozen daemon of Type=notify is restarted by its watchdog', async () => {
    const host = lab.host(1);
    await putUnit(1, 'notifier', [
      '[Service]',
      'Type=notify',
      `ExecStart=/usr/bin/node ${NOTIFIER}`,
      'Restart=always',
      'RestartSec=100ms',
      'WatchdogSec=2',
      'TimeoutAbortSec=1',
    ]);
    await host.startDaemon('notifier');
    const first = await host.mainPid('notifier');
    await host.freezeDaemon('notifier');
    await until(
      async () => {
        const pid = await host.mainPid('notifier');
        const isActive = await host.isActive('notifier');
        return when(isActive && pid !== first, `main pid ${pid}, active ${isActive}`);
      },
      8,
      'a frozen daemon starts again',
    );
    await host.stopDaemon('notifier');
  });

  test('KillMode=process leaves the children of a daemon alone', async () => {
    const host = lab.host(1);
    const script = 'sleep 777 & exec sleep 888';
    await putUnit(1, 'parent', [
      '[Service]',
      `ExecStart=/bin/sh -c '${script}'`,
      'KillMode=process',
    ]);
    await host.startDaemon('parent');
    const child = async () => (await host.processes()).find((one) => one.argv[1] === '777');
    await until(async () => when((await child()) !== undefined, 'no child'), 5, 'the child');
    await host.stopDaemon('parent');
    const left = await child();
    assert.ok(left !== undefined);
    await host.signal([left.pid], 'KILL');
  });
});
