// Runs inside a private host: see hostd.test.ts. The real daemon, driven only by its protocol.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { until } from '@hosted-engine/platform/test/test-daemons';
import { isVdsmError } from '@hosted-engine/vdsm';
import { execute, HOST_ID, HostdBench, VM } from './hostd-bench.js';

const bench = new HostdBench();

before(async () => {
  await execute('ip', ['link', 'add', 'ovirtmgmt', 'type', 'bridge']);
  await execute('ip', ['link', 'add', 'nic0', 'type', 'veth', 'peer', 'name', 'cable']);
  await execute('ip', ['link', 'set', 'cable', 'up']);
  await execute('ip', ['link', 'set', 'nic0', 'master', 'ovirtmgmt', 'up']);
  await execute('ip', ['link', 'set', 'ovirtmgmt', 'up']);
  await execute('ip', ['address', 'add', '10.9.8.7/24', 'dev', 'ovirtmgmt']);
  await bench.open();
});

after(() => bench.close());

describe('hostd', { concurrency: false }, () => {
  it('tells what the host can do', async () => {
    const caps = await bench.client.call('Host.getCapabilities', {});
    assert.match(caps.uuid, /^[0-9a-f-]{36}$/);
    assert.ok(Number(caps.cpuCores) >= 1 && Number(caps.memSize) > 100);
    assert.equal(caps.hostedEngineDeployed, false);
    assert.deepEqual(caps.networks['ovirtmgmt']?.ipv4addrs, ['10.9.8.7/24']);
    assert.deepEqual(caps.bridges['ovirtmgmt']?.ports, ['nic0']);
    assert.equal(caps.nics['nic0']?.mtu, 1500);
    assert.ok(caps.emulatedMachines.includes('pc'));
    assert.ok(caps.clusterLevels.includes('4.7'));
  });

  it('tells how the host is', async () => {
    const host = await bench.client.call('Host.getStats', {});
    assert.ok(Number.isInteger(host.memFree) && host.memFree > 0);
    assert.equal(host.network['ovirtmgmt']?.state, 'up');
    assert.equal(host.haStats.configured, false);
    await until(async () => {
      const { cpuIdle, cpuUser, cpuSys } = await bench.client.call('Host.getStats', {});
      return Number(cpuIdle) + Number(cpuUser) + Number(cpuSys) > 50;
    }, 'CPU figures');
    await execute('ip', ['link', 'set', 'nic0', 'down']);
    await until(async () => {
      const { network } = await bench.client.call('Host.getStats', {});
      return network['ovirtmgmt']?.state === 'down';
    }, 'the bridge counts as down');
    await execute('ip', ['link', 'set', 'nic0', 'up']);
  });

  it('makes a storage domain with one volume', () => bench.makeStorage());

  it('starts a VM from vm.conf with its lease', async () => {
    const made = await bench.create();
    assert.equal(made.status, 'WaitForLaunch');
    await bench.statusIs('Up');
    assert.deepEqual(await bench.leaseOwners(), [HOST_ID]);
    const seen = await bench.stats();
    assert.ok(seen.status === 'Up' && seen.displayInfo !== undefined);
    assert.equal(seen.monitorResponse, '0');
    const [console] = seen.displayInfo;
    assert.equal(console?.type, 'vnc');
    assert.ok(Number(console?.port) >= 5900);
    assert.deepEqual(
      bench.events.map(({ params }) => params[VM]).map((p) => (p as { status: string }).status),
      ['WaitForLaunch', 'Powering up', 'Up'],
    );
    await assert.rejects(bench.create(), (error) => isVdsmError(error, 4));
  });

  it('sets the console’s ticket', async () => {
    const ticket = { password: 'se<cr>e', ttl: 120, existingConnAction: 'keep' } as const;
    await bench.client.call('VM.setTicket', { vmID: VM, ...ticket, params: {} });
    await bench.client.call('VM.updateDevice', {
      vmID: VM,
      params: { deviceType: 'graphics', graphicsType: 'vnc', ...ticket, params: {} },
    });
    const xmls = await bench.client.call('Host.dumpxmls', { vmList: [VM] });
    assert.ok(!xmls[VM]?.includes('passwd='));
    const { stdout } = await execute('virsh', ['dumpxml', '--security-info', 'engine']);
    assert.ok(stdout.includes("passwd='se&lt;cr&gt;e'"));
  });

  it('gives processor figures of the VM', async () => {
    await until(async () => {
      const seen = await bench.stats();
      return seen.status === 'Up' && seen.cpuActual === true;
    }, 'figures of two readings');
  });

  it('a killed QEMU is Down 1/2, and its lease is free', async () => {
    process.kill(await bench.pid(), 'SIGKILL');
    await bench.statusIs('Down');
    const seen = await bench.stats();
    assert.ok(seen.status === 'Down');
    assert.deepEqual([seen.exitCode, seen.exitReason], [1, 2]);
    await until(async () => (await bench.leaseOwners()).length === 0, 'lease is free');
    await bench.client.call('VM.destroy', { vmID: VM });
    await assert.rejects(bench.stats(), (error) => isVdsmError(error, 1));
  });

  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    it(`I7: a daemon that ends by ${signal} and returns finds its VM as it was`, async () => {
      if ((await bench.client.call('Host.getVMList', {})).length === 0) await bench.create();
      await bench.statusIs('Up');
      const before = await bench.pid();
      await bench.endHostd(signal);
      await bench.startHostd();
      assert.equal((await bench.stats()).status, 'Up');
      assert.equal(await bench.pid(), before);
      assert.deepEqual(await bench.leaseOwners(), [HOST_ID]);
    });
  }

  it('I7: a restart of libvirtd leaves the VM as it was', async () => {
    const before = await bench.pid();
    await bench.libvirtd.stop();
    assert.equal((await bench.stats()).status, 'Up');
    await bench.libvirtd.start();
    await until(async () => {
      const seen = await bench.stats();
      return seen.status === 'Up' && seen.monitorResponse === '0';
    }, 'monitor answers');
    assert.equal(await bench.pid(), before);
  });

  it('a libvirtd that hangs holds up no verb', async () => {
    bench.libvirtd.send('SIGSTOP');
    const began = performance.now();
    assert.equal((await bench.stats()).status, 'Up');
    await bench.client.call('Host.getStats', {});
    await bench.client.call('Host.getCapabilities', {});
    assert.ok(performance.now() - began < 3000);
    await until(
      async () => {
        const seen = await bench.stats();
        return seen.status === 'Up' && seen.monitorResponse === '-1';
      },
      'the monitor counts as silent',
      60_000,
    );
    await bench.client.call('VM.destroy', { vmID: VM });
    bench.libvirtd.send('SIGCONT');
    await until(async () => (await bench.leaseOwners()).length === 0, 'lease is free');
  });

  it('a VM that ends while the daemon is away is Down 1/9 afterwards', async () => {
    await bench.create();
    const old = await bench.pid();
    await bench.endHostd('SIGKILL');
    process.kill(old, 'SIGKILL');
    // A libvirt that has not noticed yet tells the daemon of the end afterwards, as of any other.
    await until(async () => {
      const { stdout } = await execute('virsh', ['list', '--uuid']);
      return !stdout.includes(VM);
    }, 'libvirt noticed');
    await bench.startHostd();
    await bench.statusIs('Down');
    const seen = await bench.stats();
    assert.ok(seen.status === 'Down');
    assert.equal(seen.exitReason, 9);
    await bench.client.call('VM.destroy', { vmID: VM });
  });

  it('refuses what is no VM', async () => {
    const bad = { vmID: VM, vmParams: { xml: '<domain><uuid>' } };
    await assert.rejects(bench.client.call('VM.create', bad), (error) => isVdsmError(error, 9));
    await assert.rejects(bench.stats(), (error) => isVdsmError(error, 1));
  });
});
