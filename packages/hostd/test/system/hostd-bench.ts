// A hostd with its libvirtd, sanlock and one storage domain, inside a private host.

import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chown, mkdir, readFile, writeFile } from 'node:fs/promises';
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

export const execute = promisify(execFile);
const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const DIR = process.env['HE_TEST_DIR'] ?? '';
const SHARE = `${DIR}/share`;
export const HOST_ID = 1;
export const SD = randomUUID();
export const IMG = randomUUID();
export const VOL = randomUUID();
export const VM = randomUUID();

/** vm.conf's map, as older clients send it. */
export const VM_PARAMS = {
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

export class HostdBench {
  readonly libvirtd = createLibvirtd();
  readonly events: VdsmEvent[] = [];
  #child: ChildProcess | undefined;
  #client: VdsmClient | undefined;

  get client(): VdsmClient {
    assert.ok(this.#client !== undefined, 'not connected');
    return this.#client;
  }

  async open(): Promise<void> {
    await mkdir('/etc/vdsm', { recursive: true });
    await writeFile(
      '/etc/vdsm/vdsm.conf',
      '[vars]\nssl = false\n[sanlock]\nio_timeout = 1\n[devel]\nallow_emulation = true\n',
    );
    await mkdir(SHARE);
    await chown(SHARE, 36, 36);
    await startSanlock('/run/sanlock', 'host1');
    await this.libvirtd.start();
    await this.startHostd();
  }

  async close(): Promise<void> {
    await this.endHostd('SIGTERM');
    this.libvirtd.send('SIGCONT');
    await this.libvirtd.stop('SIGKILL');
    if (process.env['HE_TEST_LOG'] === undefined) return;
    process.stdout.write(await readFile(`${DIR}/hostd.log`, 'utf8'));
  }

  /** Resolves when it serves all verbs. */
  async startHostd(): Promise<void> {
    this.#child = spawn(process.execPath, [MAIN], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child.stderr?.pipe(createWriteStream(`${DIR}/hostd.log`, { flags: 'a' }));
    await until(async () => {
      try {
        this.#client = await VdsmClient.connect({ host: '127.0.0.1', tls: undefined });
        await this.#client.call('Host.ping2', {});
        return true;
      } catch (error) {
        if (isVdsmError(error, 99)) await this.client.close();
        return false;
      }
    }, 'hostd answers');
    this.client.onEvent((event) => this.events.push(event));
  }

  async endHostd(signal: NodeJS.Signals): Promise<void> {
    const ended = new Promise((resolve) => this.#child?.once('exit', resolve));
    this.#child?.kill(signal);
    await ended;
    await this.client.close();
  }

  /** A storage domain on a pass-through of its own, monitored, with one volume. */
  async makeStorage(): Promise<void> {
    const { client } = this;
    const id = randomUUID();
    const connected = await client.call('StoragePool.connectStorageServer', {
      storagepoolID: BLANK_UUID,
      domainType: 6,
      connectionParams: [
        { id, connection: SHARE, vfs_type: 'fuse.bindfs', mnt_options: 'direct_io' },
      ],
    });
    assert.deepEqual(connected, [{ id, status: 0 }]);
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
    const taskID = await client.call('Volume.create', {
      ...this.volume,
      size: String(1024 * 1024),
      volFormat: 5,
      preallocate: 2,
      diskType: 'HEVD',
      desc: 'engine disk',
    });
    await until(async () => {
      const { taskState, code, message } = await client.call('Task.getStatus', { taskID });
      assert.equal(code, 0, message);
      return taskState === 'finished';
    }, 'volume made');
    await client.call('Task.clear', { taskID });
  }

  get volume() {
    return { volumeID: VOL, storagepoolID: BLANK_UUID, storagedomainID: SD, imageID: IMG };
  }

  create() {
    return this.client.call('VM.create', { vmID: VM, vmParams: VM_PARAMS });
  }

  async stats(): Promise<VmStats> {
    const [first] = await this.client.call('VM.getStats', { vmID: VM });
    assert.ok(first !== undefined);
    return first;
  }

  statusIs(status: string, timeoutMs = 30_000): Promise<void> {
    return until(async () => (await this.stats()).status === status, `status ${status}`, timeoutMs);
  }

  /** Of the VM's QEMU, once it is known. */
  async pid(): Promise<number> {
    let pid = 0;
    await until(async () => {
      const seen = await this.stats();
      pid = seen.status === 'Up' ? Number(seen.pid) : 0;
      return pid > 1;
    }, 'pid of QEMU');
    return pid;
  }

  async leaseOwners(): Promise<readonly number[]> {
    const info = await this.client.call('Volume.getInfo', this.volume);
    return info.lease?.owners ?? [];
  }
}
