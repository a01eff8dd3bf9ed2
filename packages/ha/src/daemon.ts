// The HA daemon put together from its ports. No decisions here, and nothing of this machine.

import { setMaxListeners } from 'node:events';
import { DEFAULT_TIMING, type ScoreWeights, type Timing, unknown } from '@hosted-engine/core';
import {
  type Clock,
  type EngineProbe,
  type EngineService,
  type Hypervisor,
  type LeaseView,
  type Log,
  messageOf,
  type NetworkProbe,
  type NotificationChannel,
  type Whiteboard,
} from '@hosted-engine/ports';
import { type BrokerService, createBrokerService } from './broker/service.js';
import { createExecutor } from './execute.js';
import { createFacts } from './facts.js';
import { createRecorder, type Journal } from './journal.js';
import { createLoop, type LocalMaintenance, type TurnSummary } from './loop.js';
import { createMembership } from './membership.js';
import { createNotifier } from './notify/notifier.js';
import { createPublisher } from './publish.js';
import type { StartMark } from './start-mark.js';
import { createVmConfSource, type VmConfCache } from './vm-conf-source.js';

export interface DaemonOptions {
  readonly hostId: number;
  readonly hostname: string;
  readonly bridge: string;
  readonly weights: ScoreWeights;
  /** @default DEFAULT_TIMING */
  readonly timing?: Timing;
  /** sanlock's io_timeout of the storage domain. @default 10 */
  readonly ioTimeoutS?: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly hypervisor: Hypervisor;
  readonly whiteboard: Whiteboard;
  readonly leaseView: LeaseView;
  readonly engineProbe: EngineProbe;
  readonly engineService: EngineService;
  readonly networkProbe: NetworkProbe;
  readonly journal: Journal;
  readonly vmConfCache: VmConfCache;
  readonly startMark: StartMark;
  readonly readSharedVmConf: () => Promise<string>;
  readonly localMaintenance: () => LocalMaintenance;
  /** Connects the storage and watches the domain; called at the start and when hostd forgot it. */
  readonly connectStorage: () => Promise<void>;
  /** This host's id is proven to be its own: before that nothing is written to the whiteboard (I8). */
  readonly ownsHostId: () => boolean;
  /** Why the host id is not proven to be ours, when another host seems to use it. */
  readonly hostIdProblem?: () => string | undefined;
  /** Ways of telling people (ha-daemon.md 6). */
  readonly notifications?: readonly NotificationChannel[];
  readonly onTurn: (summary: TurnSummary) => void;
}

export interface Daemon {
  readonly broker: BrokerService;
  /** Looks at the world at once: an event came, or a file changed. */
  wake(): void;
  run(signal: AbortSignal): Promise<void>;
}

/** Pause between attempts to connect the storage. */
const CONNECT_PAUSE_MS = 5000;
const DEFAULT_IO_TIMEOUT_S = 10;
const VM_CONF_REFRESH_MS = 60_000;

export function createDaemon(options: DaemonOptions): Daemon {
  const { clock, log, hypervisor, whiteboard, hostId } = options;
  let isConnecting = false;

  const vmConf = createVmConfSource({
    readShared: options.readSharedVmConf,
    cache: options.vmConfCache,
    clock,
    log,
  });
  const facts = createFacts({
    hypervisor,
    whiteboard,
    hostId,
    log,
    ioTimeoutS: options.ioTimeoutS ?? DEFAULT_IO_TIMEOUT_S,
    leaseView: options.leaseView,
    engineProbe: options.engineProbe,
    networkProbe: options.networkProbe,
    clock,
    bridge: options.bridge,
    onChange: () => loop.wake(),
    onUnmonitored: connect,
  });
  const executor = createExecutor({
    hypervisor,
    engineService: options.engineService,
    vmConf: () => vmConf.current(),
    clock,
    log,
    onDone: (hasFailed) =>
      void facts.renewVm().then(() => {
        // A VM that changed wakes the loop by itself.
        if (hasFailed) loop.wake();
      }),
  });
  const publisher = createPublisher({
    whiteboard,
    hostId,
    hostname: options.hostname,
    clock,
    log,
    ownsHostId: options.ownsHostId,
    vmConfRefresh: () => vmConf.lastRefresh(),
  });
  const core = { timing: options.timing ?? DEFAULT_TIMING, weights: options.weights };
  const recorder = createRecorder({
    journal: options.journal,
    hostId,
    hostname: options.hostname,
    core,
    clock,
    log,
  });
  const notifier = createNotifier({
    channels: options.notifications ?? [],
    hostname: options.hostname,
    ioTimeoutS: options.ioTimeoutS ?? DEFAULT_IO_TIMEOUT_S,
    hostIdProblem: options.hostIdProblem ?? (() => undefined),
    recorder,
    clock,
    log,
  });
  const loop = createLoop({
    hostId,
    core,
    clock,
    facts,
    executor,
    startMark: options.startMark,
    publisher,
    recorder,
    localMaintenance: options.localMaintenance,
    notYetMember: createMembership({ hostId, clock, ownsHostId: options.ownsHostId }),
    configUpToDate: () =>
      vmConf.memoryMiB() === undefined ? unknown('vm.conf was not read yet') : vmConf.upToDate(),
    vmMemoryMiB: () => vmConf.memoryMiB(),
    onTurn: (summary) => {
      notifier.turn(summary);
      options.onTurn(summary);
    },
    onEnd: (before, machine) => {
      notifier.ended(before, machine);
      recorder.note('had its HA daemon stopped; the engine VM stays as it is');
    },
  });

  function connect(): void {
    if (!isConnecting) void connectOnce();
  }

  async function connectOnce(): Promise<void> {
    isConnecting = true;
    try {
      await options.connectStorage();
      await vmConf.refresh();
    } catch (error) {
      log.warn(`the storage cannot be connected: ${messageOf(error)}`);
      await clock.sleep(CONNECT_PAUSE_MS);
    } finally {
      isConnecting = false;
    }
  }

  async function refreshVmConf(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await clock.sleep(VM_CONF_REFRESH_MS, signal);
      if (!signal.aborted) await vmConf.refresh();
    }
  }

  function wake(): void {
    for (const refresh of [facts.refreshVm, facts.refreshBoard]) {
      void refresh().then(() => loop.wake());
    }
  }

  return {
    wake,
    broker: createBrokerService({
      whiteboard,
      hostId,
      board: () => {
        const board = facts.board();
        return board.kind === 'known'
          ? { reading: board.value, why: '' }
          : { reading: undefined, why: board.why };
      },
      peers: () => loop.peers(),
      decision: () => recorder.last(),
      onWritten: wake,
    }),
    async run(signal) {
      // Every monitor's pause listens to it: many, and none too many.
      setMaxListeners(0, signal);
      connect();
      await Promise.all([facts.run(signal), refreshVmConf(signal), loop.run(signal)]);
      await Promise.all([options.journal.close(), notifier.close()]);
    },
  };
}
