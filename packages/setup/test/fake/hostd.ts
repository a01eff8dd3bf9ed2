import { HeError } from '@hosted-engine/ports';
import {
  type VdsmCaller,
  VdsmError,
  type VerbName,
  type VerbParams,
  type VerbResult,
} from '@hosted-engine/vdsm';
import type { HostdSession } from '../../src/ports.js';
import type { FakeStorage } from './storage.js';

interface FakeVm {
  status: 'WaitForLaunch' | 'Up' | 'Down';
  exitMessage: string;
  /** @default 1 */
  exitCode?: number;
  readonly xml: string;
}

type Answers = { [V in VerbName]?: (params: VerbParams<V>) => VerbResult<V> };

/** A host daemon in memory: refuses what is out of order, as VDSM does. */
export class FakeHostd implements VdsmCaller {
  readonly storage: FakeStorage;
  readonly calls: VerbName[] = [];
  readonly vms = new Map<string, FakeVm>();
  /** The XML of each VM that was ever created. */
  readonly created: string[] = [];
  readonly tasks = new Set<string>();
  kvmEnabled: 'true' | 'false' = 'true';
  cpuFlags = 'fpu,vmx,model_Conroe,model_Penryn';
  isConnected = false;
  bridges = ['ovirtmgmt'];
  /** Bridges that a reboot would bring back. */
  savedBridges: string[] = [];
  pools: string[] = [];
  isSpm = false;
  monitored: { sdUUID: string; hostID: number } | undefined;
  /** Makes a verb fail, once. */
  readonly failures = new Map<VerbName, Error>();
  /** What becomes of a VM that is created. */
  vmOutcome: { status: 'Up' } | { status: 'Down'; exitMessage: string } = { status: 'Up' };
  #taskCount = 0;

  constructor(storage: FakeStorage) {
    this.storage = storage;
  }

  /** What a daemon has forgotten when its host comes back from a power cut. */
  powerCut(): void {
    this.isConnected = false;
    this.pools = [];
    this.isSpm = false;
    this.monitored = undefined;
    this.vms.clear();
    this.tasks.clear();
  }

  /** Whether anything of a deployment is left in this daemon. */
  snapshot(): Record<string, unknown> {
    return {
      isConnected: this.isConnected,
      bridges: this.bridges,
      savedBridges: this.savedBridges,
      pools: this.pools,
      isSpm: this.isSpm,
      monitored: this.monitored,
      vms: [...this.vms.keys()],
      tasks: [...this.tasks],
    };
  }

  /** Somebody shuts the guest down, or reboots it, which comes to the same. */
  shutDownGuests(): void {
    this.#endGuests('Shut down from within the guest', 0);
  }

  /** What sanlock does when the storage is away for too long. */
  killGuests(): void {
    this.#endGuests('Lost connection with qemu process', 1);
  }

  #endGuests(exitMessage: string, exitCode: number): void {
    for (const vm of this.vms.values()) {
      if (vm.status === 'Up') Object.assign(vm, { status: 'Down', exitMessage, exitCode });
    }
  }

  session(): HostdSession {
    return {
      call: (verb, params) => this.call(verb, params),
      onEvent: () => () => undefined,
      close: async () => undefined,
    };
  }

  onEvent(): () => void {
    return () => undefined;
  }

  async call<V extends VerbName>(verb: V, params: VerbParams<V>): Promise<VerbResult<V>> {
    this.calls.push(verb);
    const failure = this.failures.get(verb);
    this.failures.delete(verb);
    if (failure !== undefined) throw failure;
    const answer = this.#answers[verb];
    if (answer === undefined) throw new VdsmError(-32601, `no such method: ${verb}`);
    return answer(params);
  }

  #task(): string {
    this.#taskCount += 1;
    const id = `task-${this.#taskCount}`;
    this.tasks.add(id);
    return id;
  }

  readonly #answers: Answers = {
    'Host.setupNetworks': ({ networks }) => {
      for (const [name, { remove }] of Object.entries(networks)) {
        this.bridges = this.bridges.filter((one) => one !== name);
        if (remove !== true) this.bridges.push(name);
      }
      return true;
    },
    'Host.setSafeNetworkConfig': () => {
      this.savedBridges = [...this.bridges];
      return true;
    },
    'Host.confirmConnectivity': () => true,
    'Host.getHardwareInfo': () => HARDWARE,
    'Host.getCapabilities': () =>
      ({
        kvmEnabled: this.kvmEnabled,
        cpuFlags: this.cpuFlags,
      }) as VerbResult<'Host.getCapabilities'>,
    'Host.getVMList': () =>
      [...this.vms].map(([vmId, vm]) => ({ vmId, status: vm.status, statusTime: '1' })),
    'Host.getConnectedStoragePools': () => this.pools,
    'Host.getStorageRepoStats': () => this.#repoStats(),
    'Host.startMonitoringDomain': ({ sdUUID, hostID }) => {
      this.#requireDomain(sdUUID);
      this.monitored = { sdUUID, hostID };
      return true;
    },
    'Host.stopMonitoringDomain': () => {
      this.monitored = undefined;
      return true;
    },
    'StoragePool.connectStorageServer': ({ connectionParams }) => {
      this.isConnected = this.storage.exists;
      return connectionParams.map(({ id }) => ({ id, status: this.storage.exists ? 0 : 477 }));
    },
    'StoragePool.disconnectStorageServer': ({ connectionParams }) => {
      this.isConnected = false;
      return connectionParams.map(({ id }) => ({ id, status: 0 }));
    },
    'StorageDomain.create': ({ storagedomainID, name }) => {
      if (!this.isConnected) throw new VdsmError(360, 'not mounted');
      if (this.storage.domain !== undefined) throw new VdsmError(361, 'mount is not empty');
      this.storage.newDomain(storagedomainID, name);
      return true;
    },
    'StorageDomain.getInfo': ({ storagedomainID }) => {
      this.#requireDomain(storagedomainID);
      return {} as VerbResult<'StorageDomain.getInfo'>;
    },
    'StorageDomain.activate': () => {
      if (!this.isSpm) throw new VdsmError(654, 'not SPM');
      return true;
    },
    'StoragePool.create': ({ masterSdUUID }) => {
      this.#requireDomain(masterSdUUID);
      return true;
    },
    'StoragePool.connect': ({ storagepoolID }) => {
      this.pools = [storagepoolID];
      return true;
    },
    'StoragePool.spmStart': () => {
      if (this.pools.length === 0) throw new VdsmError(309, 'pool is not connected');
      this.isSpm = true;
      return this.#task();
    },
    'StoragePool.spmStop': () => {
      if (!this.isSpm) throw new VdsmError(654, 'not SPM');
      if (this.tasks.size > 0) throw new VdsmError(653, 'tasks are left');
      this.isSpm = false;
      return true;
    },
    'StoragePool.disconnect': () => {
      if (this.isSpm) throw new VdsmError(656, 'is SPM');
      this.pools = [];
      return true;
    },
    'Volume.create': (params) => this.#createVolume(params),
    'Image.prepare': ({ storagedomainID, imageID, volumeID }) => {
      this.#requireDomain(storagedomainID);
      if (!this.storage.domain?.volumes.some(({ volumeUUID }) => volumeUUID === volumeID)) {
        throw new VdsmError(201, 'no such volume');
      }
      return { path: `/run/vdsm/storage/${storagedomainID}/${imageID}/${volumeID}` };
    },
    'Task.getStatus': ({ taskID }) => {
      if (!this.tasks.has(taskID)) throw new VdsmError(401, 'no such task');
      return { taskID, taskState: 'finished', taskResult: 'success', code: 0, message: '' };
    },
    'Task.clear': ({ taskID }) => {
      this.tasks.delete(taskID);
      return true;
    },
    'VM.create': ({ vmID, vmParams }) => {
      if (this.vms.has(vmID)) throw new VdsmError(4, 'VM exists');
      const xml = String(vmParams.xml);
      this.created.push(xml);
      this.vms.set(vmID, { status: 'WaitForLaunch', exitMessage: '', xml });
      return { vmId: vmID, status: 'WaitForLaunch', statusTime: '1' };
    },
    'VM.getStats': ({ vmID }) => this.#vmStats(vmID),
    'VM.setTicket': () => true,
    'VM.shutdown': ({ vmID }) => {
      const vm = this.#vm(vmID);
      vm.status = 'Down';
      vm.exitMessage = 'shut down';
      return true;
    },
    'VM.destroy': ({ vmID }) => {
      this.#vm(vmID);
      this.vms.delete(vmID);
      return true;
    },
  };

  #vm(vmID: string): FakeVm {
    const vm = this.vms.get(vmID);
    if (vm === undefined) throw new VdsmError(1, 'no such VM');
    return vm;
  }

  /** The start itself comes after the answer of VM.create: the second look sees its outcome. */
  #vmStats(vmId: string): VerbResult<'VM.getStats'> {
    const vm = this.#vm(vmId);
    const { status, exitMessage, exitCode = 1 } = vm;
    if (status === 'WaitForLaunch') {
      vm.status = this.vmOutcome.status;
      vm.exitMessage = this.vmOutcome.status === 'Down' ? this.vmOutcome.exitMessage : '';
    }
    if (status !== 'Down') return [{ vmId, status, statusTime: '1' }];
    const ending = { exitMessage, exitCode, exitReason: 1, timeOffset: '0' };
    return [{ vmId, status, statusTime: '1', ...ending }];
  }

  #requireDomain(sdUUID: string): void {
    if (!this.isConnected || this.storage.domain?.sdUUID !== sdUUID) {
      throw new VdsmError(358, `domain ${sdUUID} does not exist`);
    }
  }

  #createVolume(params: VerbParams<'Volume.create'>): string {
    this.#requireDomain(params.storagedomainID);
    if (!this.isSpm) throw new VdsmError(654, 'not SPM');
    this.storage.domain?.volumes.push({
      imageUUID: params.imageID,
      volumeUUID: params.volumeID,
      description: params.desc,
      diskType: params.diskType,
      bytes: new Uint8Array(params.diskType === 'HEVD' ? 0 : Number(params.size)),
    });
    return this.#task();
  }

  #repoStats(): VerbResult<'Host.getStorageRepoStats'> {
    if (this.monitored === undefined) return {};
    const { sdUUID, hostID } = this.monitored;
    this.storage.join(hostID, `host-uuid-${hostID}`);
    const stats = { code: 0, lastCheck: '0.1', delay: '0.01', valid: true, version: 5 };
    return { [sdUUID]: { ...stats, acquired: true, actual: true } };
  }
}

const HARDWARE = {
  systemManufacturer: '',
  systemProductName: '',
  systemVersion: '',
  systemSerialNumber: '',
  systemUUID: '',
  systemFamily: '',
} satisfies VerbResult<'Host.getHardwareInfo'>;

export function unreachableHostd(): HeError {
  return new HeError('HE_HOSTD_UNREACHABLE', 'connection refused');
}
