// Runs inside a private host: see hostd.test.ts. The real daemon, driven only by its protocol.

import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createLibvirtd, startSanlock, until } from '@hosted-engine/platform/test/test-daemons';
import {
  BLANK_UUID,
  isVdsmError,
  VdsmClient,
  type VdsmEvent,
  type VmStats,
} from '@hosted-engine/vdsm';

const execute = promisify(execFile);
const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const DIR = process.env['HE_TEST_DIR'] ?? '';
const SHARE = `${DIR}/share`;
const SD = randomUUID();
const IMG = randomUUID();
const VOL = randomUUID();
const VM = randomUUID();
const HOST_ID = 1;

function createHostd() {
  let child: ChildProcess | undefined;
  return {
    async start(): Promise<void> {
      child = spawn(process.execPath, [MAIN], { stdio: ['ignore', 'ignore', 'pipe'] });
      child.stderr?.pipe(createWriteStream(`${DIR}/hostd.log`, { flags: 'a' }));
    },
    async end(signal: NodeJS.Signals): Promise<void> {
      const ended = new Promise((resolve) => child?.once('exit', resolve));
      child?.kill(signal);
      await ended;
    },
  };
}

const libvirtd = createLibvirtd();
const hostd = createHostd();
let client: VdsmClient;
const events: VdsmEvent[] = [];

async function connect(): Promise<void> {
  await until(async () => {
    try {
      client = await VdsmClient.connect({ host: '127.0.0.1', tls: undefined });
      await client.call('Host.ping2', {});
      return true;
    } catch (error) {
      if (isVdsmError(error, 99)) await client.close();
      return false;
    }
  }, 'hostd answers');
  client.onEvent((event) => events.push(event));
}

const stats = async (): Promise<VmStats> => {
  const [first] = await client.call('VM.getStats', { vmID: VM });
  assert.ok(first !== undefined);
  return first;
};
const statusIs = (status: string) =>
  until(async () => (await stats()).status === status, `status ${status}`, 30_000);
const pid = async (): Promise<number> => {
  await until(async () => {
    const seen = await stats();
    return seen.status === 'Up' && Number(seen.pid) > 1;
  }, 'pid of QEMU');
  const seen = await stats();
  return seen.status === 'Down' ? 0 : Number(seen.pid);
};

/** vm.conf's map, as older clients send it. */
const vmParams = {
  vmId: VM,
  vmName: 'engine',
  memSize: '64',
  smp: '1',
  cpuType: 'hostPassthrough',
  emulatedMachine: 'pc',
  display: 'vnc',
  devices: [
    {
      index: '0',
      iface: 'virtio',
      format: 'raw',
      poolID: BLANK_UUID,
      domainID: SD,
      imageID: IMG,
      volumeID: VOL,
      deviceId: IMG,
      device: 'disk',
      type: 'disk',
      shared: 'exclusive',
      propagateErrors: 'off',
      readonly: 'false',
      bootOrder: '1',
    },
    { device: 'vnc', type: 'graphics' },
    { device: 'vga', type: 'video', alias: 'video0' },
  ],
};
const create = () => client.call('VM.create', { vmID: VM, vmParams });

async function leaseOwners(): Promise<readonly number[]> {
  const info = await client.call('Volume.getInfo', {
    volumeID: VOL,
    storagepoolID: BLANK_UUID,
    storagedomainID: SD,
    imageID: IMG,
  });
  return info.lease?.owners ?? [];
}

before(async () => {
  await mkdir('/etc/vdsm', { recursive: true });
  await writeFile(
    '/etc/vdsm/vdsm.conf',
    '[vars]\nssl = false\n[sanlock]\nio_timeout = 1\n[devel]\nallow_emulation = true\n',
  );
  await mkdir(SHARE);
  await chown(SHARE, 36, 36);
  await execute('ip', ['link', 'add', 'ovirtmgmt', 'type', 'bridge']);
  await execute('ip', ['link', 'add', 'nic0', 'type', 'veth', 'peer', 'name', 'cable']);
  await execute('ip', ['link', 'set', 'cable', 'up']);
  await execute('ip', ['link', 'set', 'nic0', 'master', 'ovirtmgmt', 'up']);
  await execute('ip', ['link', 'set', 'ovirtmgmt', 'up']);
  await execute('ip', ['address', 'add', '10.9.8.7/24', 'dev', 'ovirtmgmt']);
  await startSanlock('/run/sanlock', 'host1');
  await libvirtd.start();
  await hostd.start();
  await connect();
});

after(async () => {
  await client.close();
  await hostd.end('SIGTERM');
  libvirtd.send('SIGCONT');
  await libvirtd.stop();
  if (process.env['HE_TEST_LOG'] !== undefined) {
    console.log(await readFile(`${DIR}/hostd.log`, 'utf8'));
  }
});

describe('hostd', { concurrency: false }, () => {
  it('tells what the host can do', async () => {
    const caps = await client.call('Host.getCapabilities', {});
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
    const host = await client.call('Host.getStats', {});
    assert.ok(Number.isInteger(host.memFree) && host.memFree > 0);
    assert.equal(host.network['ovirtmgmt']?.state, 'up');
    assert.equal(host.haStats.configured, false);
    await until(async () => {
      const { cpuIdle, cpuUser, cpuSys } = await client.call('Host.getStats', {});
      return Number(cpuIdle) + Number(cpuUser) + Number(cpuSys) > 50;
    }, 'CPU figures');
    await execute('ip', ['link', 'set', 'nic0', 'down']);
    await until(async () => {
      const { network } = await client.call('Host.getStats', {});
      return network['ovirtmgmt']?.state === 'down';
    }, 'the bridge counts as down');
    await execute('ip', ['link', 'set', 'nic0', 'up']);
  });

  it('prepares a domain with one volume', async () => {
    const connection = {
      id: randomUUID(),
      connection: SHARE,
      vfs_type: 'fuse.bindfs',
      mnt_options: 'direct_io',
    };
    const connected = await client.call('StoragePool.connectStorageServer', {
      storagepoolID: BLANK_UUID,
      domainType: 6,
      connectionParams: [connection],
    });
    assert.deepEqual(connected, [{ id: connection.id, status: 0 }]);
    await client.call('StorageDomain.create', {
      storagedomainID: SD,
      domainType: 6,
      typeArgs: SHARE,
      name: 'hosted_storage',
      domainClass: 1,
      version: 5,
    });
    await client.call('Host.startMonitoringDomain', { sdUUID: SD, hostID: HOST_ID });
    await until(
      async () => {
        const repo = await client.call('Host.getStorageRepoStats', { domains: [SD] });
        return repo[SD]?.acquired === true;
      },
      'host id acquired',
      60_000,
    );
    const task = await client.call('Volume.create', {
      volumeID: VOL,
      storagepoolID: BLANK_UUID,
      storagedomainID: SD,
      imageID: IMG,
      size: String(1024 * 1024),
      volFormat: 5,
      preallocate: 2,
      diskType: 'HEVD',
      desc: 'engine disk',
    });
    await until(async () => {
      const { taskState, code, message } = await client.call('Task.getStatus', { taskID: task });
      assert.equal(code, 0, message);
      return taskState === 'finished';
    }, 'volume made');
    await client.call('Task.clear', { taskID: task });
  });

  it('starts a VM from vm.conf with its lease', async () => {
    const made = await create();
    assert.equal(made.status, 'WaitForLaunch');
    await statusIs('Up');
    assert.deepEqual(await leaseOwners(), [HOST_ID]);
    const seen = await stats();
    assert.ok(seen.status === 'Up' && seen.displayInfo !== undefined);
    assert.equal(seen.monitorResponse, '0');
    const [console] = seen.displayInfo;
    assert.equal(console?.type, 'vnc');
    assert.ok(Number(console?.port) >= 5900);
    assert.deepEqual(
      events.map(({ params }) => params[VM]).map((p) => (p as { status: string }).status),
      ['WaitForLaunch', 'Powering up', 'Up'],
    );
    await assert.rejects(create(), (error) => isVdsmError(error, 4));
  });

  it('sets the console’s ticket', async () => {
    const ticket = { password: 'se<cr>e', ttl: 120, existingConnAction: 'keep' } as const;
    await client.call('VM.setTicket', { vmID: VM, ...ticket, params: {} });
    await client.call('VM.updateDevice', {
      vmID: VM,
      params: { deviceType: 'graphics', graphicsType: 'vnc', ...ticket, params: {} },
    });
    const xmls = await client.call('Host.dumpxmls', { vmList: [VM] });
    assert.ok(!xmls[VM]?.includes('passwd='));
    const { stdout } = await execute('virsh', ['dumpxml', '--security-info', 'engine']);
    assert.ok(stdout.includes("passwd='se&lt;cr&gt;e'"));
  });

  it('gives processor figures of the VM', async () => {
    await until(async () => {
      const seen = await stats();
      return seen.status === 'Up' && seen.cpuActual === true;
    }, 'figures of two readings');
  });

  it('a killed QEMU is Down 1/2, and its lease is free', async () => {
    process.kill(await pid(), 'SIGKILL');
    await statusIs('Down');
    const seen = await stats();
    assert.ok(seen.status === 'Down');
    assert.deepEqual([seen.exitCode, seen.exitReason], [1, 2]);
    await until(async () => (await leaseOwners()).length === 0, 'lease is free');
    await client.call('VM.destroy', { vmID: VM });
    await assert.rejects(stats(), (error) => isVdsmError(error, 1));
  });

  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    it(`I7: a daemon that ends by ${signal} and returns finds its VM as it was`, async () => {
      if ((await client.call('Host.getVMList', {})).length === 0) await create();
      await statusIs('Up');
      const before = await pid();
      await hostd.end(signal);
      await client.close();
      await hostd.start();
      await connect();
      assert.equal((await stats()).status, 'Up');
      assert.equal(await pid(), before);
      assert.deepEqual(await leaseOwners(), [HOST_ID]);
    });
  }

  it('I7: a restart of libvirtd leaves the VM as it was', async () => {
    const before = await pid();
    await libvirtd.stop();
    assert.equal((await stats()).status, 'Up');
    await libvirtd.start();
    await until(async () => {
      const seen = await stats();
      return seen.status === 'Up' && seen.monitorResponse === '0';
    }, 'monitor answers');
    assert.equal(await pid(), before);
  });

  it('a libvirtd that hangs holds up no verb', async () => {
    libvirtd.send('SIGSTOP');
    const began = performance.now();
    assert.equal((await stats()).status, 'Up');
    await client.call('Host.getStats', {});
    await client.call('Host.getCapabilities', {});
    assert.ok(performance.now() - began < 3000);
    await until(
      async () => {
        const seen = await stats();
        return seen.status === 'Up' && seen.monitorResponse === '-1';
      },
      'the monitor counts as silent',
      60_000,
    );
    await client.call('VM.destroy', { vmID: VM });
    libvirtd.send('SIGCONT');
    await until(async () => (await leaseOwners()).length === 0, 'lease is free');
  });

  it('a VM that ends while the daemon is away is Down 1/9 afterwards', async () => {
    await create();
    const old = await pid();
    await hostd.end('SIGKILL');
    await client.close();
    process.kill(old, 'SIGKILL');
    await hostd.start();
    await connect();
    await statusIs('Down');
    const seen = await stats();
    assert.ok(seen.status === 'Down');
    assert.equal(seen.exitReason, 9);
    await client.call('VM.destroy', { vmID: VM });
  });

  it('refuses what is no VM', async () => {
    const bad = { vmID: VM, vmParams: { xml: '<domain><uuid>' } };
    await assert.rejects(client.call('VM.create', bad), (error) => isVdsmError(error, 9));
    await assert.rejects(stats(), (error) => isVdsmError(error, 1));
  });
});
