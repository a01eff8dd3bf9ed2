import type { DownCause, VmView } from '@hosted-engine/core';
import { parseVmConf } from '@hosted-engine/formats';
import {
  type Clock,
  HeError,
  type HostFigures,
  type Hypervisor,
  type StorageReport,
  type VmReport,
} from '@hosted-engine/ports';
import {
  type DownVmStats,
  domainXmlFromVmConf,
  EXIT_REASON,
  type RunningVmStats,
  type VdsmCaller,
  VdsmError,
} from '@hosted-engine/vdsm';

const NO_VM = 1;
const VM_EXISTS = 4;
const MIGRATION_IN_PROGRESS = 51;
const NOT_MIGRATING = 81;
/** Between looks at a migration that was begun. */
const MIGRATION_LOOK_MS = 500;
/** A monitor's question; the answer must be there long before the fact it renews grows old. */
const QUESTION = { timeoutMs: 4000 };
const ACTION = { timeoutMs: 30_000 };

export interface VdsmHypervisorOptions {
  readonly vdsm: VdsmCaller;
  readonly vmId: string;
  readonly sdUUID: string;
  /** Where the host daemons of this cluster listen. */
  readonly hostdPort: number;
  /** vdsm.conf [devel] allow_emulation: the host daemon may run guests without KVM. */
  readonly emulation: boolean;
  /** Seconds that the guest is given on shutdown before VDSM reports failure. */
  readonly shutdownTimeoutS: number;
  readonly clock: Clock;
}

/** The Hypervisor port over VDSM's verbs: a real VDSM and ours alike (vdsm.md B). */
export function createVdsmHypervisor(options: VdsmHypervisorOptions): Hypervisor {
  const { vdsm, vmId, sdUUID } = options;

  async function vm(): Promise<VmReport> {
    const stats = await unlessNoVm(vdsm.call('VM.getStats', { vmID: vmId }, QUESTION));
    const first = stats?.[0];
    if (first === undefined) return { view: { kind: 'absent' }, cpuCores: undefined };
    return first.status === 'Down' ? downReport(first) : runningReport(first);
  }

  async function forget(): Promise<void> {
    const { view } = await vm();
    if (view.kind === 'down') await destroy();
  }

  async function destroy(): Promise<void> {
    await unlessNoVm(vdsm.call('VM.destroy', { vmID: vmId }, ACTION));
  }

  async function shutdown(): Promise<void> {
    const params = {
      vmID: vmId,
      delay: 0,
      message: 'The hosted engine VM is being shut down by its HA daemon.',
      timeout: options.shutdownTimeoutS,
    };
    await unlessNoVm(vdsm.call('VM.shutdown', params, ACTION));
  }

  async function resume(): Promise<void> {
    const { view } = await vm();
    if (view.kind === 'running' && view.pause !== undefined) {
      await vdsm.call('VM.cont', { vmID: vmId }, ACTION);
    }
  }

  /** Rejects with the host daemon's reason when it failed. No answer is no end (I5). */
  async function isMigrationOver(): Promise<boolean> {
    let failure: string | undefined;
    try {
      const { view } = await vm();
      if (view.kind !== 'running') return true;
      if (view.status === 'Migration Source') return false;
      // It is being prepared still, or it has failed.
      const { status } = await vdsm.call('VM.getMigrationStatus', { vmID: vmId }, QUESTION);
      if (status.code !== 0) failure = status.message;
    } catch (error) {
      if (error instanceof VdsmError && error.code === NOT_MIGRATING) failure = error.message;
    }
    if (failure !== undefined) throw new HeError('HE_FAILED', failure);
    return false;
  }

  const commands = { shutdown, destroy, forget, resume } as const;

  return {
    vm,
    async startVm(vmConf) {
      const { view } = await vm();
      if (view.kind === 'running' || view.kind === 'waiting') return;
      if (view.kind === 'down') await destroy();
      const xml = domainXmlFromVmConf(parseVmConf(vmConf), { emulation: options.emulation });
      try {
        await vdsm.call('VM.create', { vmID: vmId, vmParams: { xml } }, ACTION);
      } catch (error) {
        if (!(error instanceof VdsmError && error.code === VM_EXISTS)) throw error;
      }
    },
    command: (what) => commands[what](),
    async migrateVm(toHostname) {
      const params = {
        vmId,
        dst: `${toHostname}:${options.hostdPort}`,
        dstqemu: toHostname,
        mode: 'remote' as const,
        method: 'online' as const,
        autoConverge: 'true',
        abortOnError: 'true',
      };
      try {
        await vdsm.call('VM.migrate', { vmID: vmId, params }, ACTION);
      } catch (error) {
        if (!(error instanceof VdsmError && error.code === MIGRATION_IN_PROGRESS)) throw error;
      }
      while (!(await isMigrationOver())) await options.clock.sleep(MIGRATION_LOOK_MS);
    },
    async figures(): Promise<HostFigures> {
      const stats = await vdsm.call('Host.getStats', {}, QUESTION);
      return {
        memoryFreeMiB: stats.memFree,
        cpuBusyShare: busyShareOf(stats),
        cpuCount: Object.keys(stats.cpuStatistics).length || undefined,
        interfaceUp: new Map(
          Object.entries(stats.network).map(([name, nic]) => [name, nic.state === 'up']),
        ),
      };
    },
    async storage(): Promise<StorageReport | 'unmonitored'> {
      const all = await vdsm.call('Host.getStorageRepoStats', { domains: [sdUUID] }, QUESTION);
      const stats = all[sdUUID];
      if (stats === undefined) return 'unmonitored';
      return {
        valid: stats.valid && stats.actual,
        delayS: Number(stats.delay),
        lastCheckS: Number(stats.lastCheck),
        acquired: stats.acquired,
      };
    },
  };
}

/** Before its second sample a host daemon reports zeros for all, which mean nothing. */
function busyShareOf(stats: {
  readonly cpuIdle: string;
  readonly cpuUser: string;
  readonly cpuSys: string;
}): number | undefined {
  const idle = Number(stats.cpuIdle);
  const hasMeasured = idle + Number(stats.cpuUser) + Number(stats.cpuSys) > 0;
  return hasMeasured ? Math.min(1, Math.max(0, 1 - idle / 100)) : undefined;
}

/** ha-daemon.md 3: without `cpuActual` the VM's CPU figures are zeros that mean nothing. */
function runningReport(stats: RunningVmStats): VmReport {
  const percent = Number(stats.cpuUser ?? Number.NaN) + Number(stats.cpuSys ?? Number.NaN);
  const isKnown = stats.cpuActual === true && !Number.isNaN(percent);
  return { view: viewOf(stats), cpuCores: isKnown ? percent / 100 : undefined };
}

function viewOf({ status, pauseCode }: RunningVmStats): VmView {
  switch (status) {
    case 'WaitForLaunch':
      return { kind: 'waiting' };
    case 'Migration Destination':
      return { kind: 'incoming' };
    case 'Paused':
      return { kind: 'running', status, pause: isIoError(pauseCode) ? 'io-error' : 'other' };
    default:
      return { kind: 'running', status };
  }
}

/** VDSM's pause codes for a disk that failed: EIO, ENOSPC, EPERM, EOTHER. */
function isIoError(code: string | undefined): boolean {
  return code !== undefined && code !== 'NOERR';
}

function downReport(stats: DownVmStats): VmReport {
  const detail = stats.exitMessage ?? '';
  return { view: { kind: 'down', cause: downCause(stats), detail }, cpuCores: undefined };
}

/** ha-daemon.md 3 and vdsm.md A6: what the exit of a VM means. */
function downCause(stats: DownVmStats): DownCause {
  if (tellsLostRace(stats.exitMessage ?? '')) return 'lease-held';
  switch (stats.exitReason) {
    case EXIT_REASON.migrationSucceeded:
      return 'migrated-away';
    case EXIT_REASON.adminShutdown:
    case EXIT_REASON.userShutdown:
    case EXIT_REASON.success:
      return 'shut-down';
    case EXIT_REASON.genericError:
    case EXIT_REASON.libvirtStartFailed:
    case EXIT_REASON.destroyedOnStart:
      return 'start-failed';
    // hostShutdown too: nobody in the guest, but a signal, as sanlock sends it when the lease cannot be renewed (row 7).
    default:
      return 'crashed';
  }
}

/** The words by which libvirt and sanlock tell that another host has the lease (vdsm.md B6). */
function tellsLostRace(message: string): boolean {
  return /failed to acquire lock|lease is held by another host|another process using the image|error -243|error -244|error -247/i.test(
    message,
  );
}

async function unlessNoVm<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof VdsmError && error.code === NO_VM) return undefined;
    throw error;
  }
}
