import { hostname } from 'node:os';
import {
  createDirectIo,
  createLeaseView,
  createProcessRunner,
  createSanlock,
  createSystemClock,
  createWhiteboardFile,
  type SystemdNotify,
} from '@hosted-engine/platform';
import {
  HeError,
  type LeaseResource,
  type LeaseView,
  type Log,
  messageOf,
} from '@hosted-engine/ports';
import { ReconnectingVdsmClient } from '@hosted-engine/vdsm';
import { createBrokerConfCopy } from '../adapters/broker-conf-copy.js';
import { listenBroker } from '../adapters/broker-server.js';
import { readSharedConfiguration } from '../adapters/config-volume-reader.js';
import { createEngineProbe } from '../adapters/engine-probe.js';
import { createGuestEngineService } from '../adapters/guest-engine-service.js';
import { createJournalFile } from '../adapters/journal-file.js';
import { createMailChannel } from '../adapters/mail-channel.js';
import { createNetworkProbe } from '../adapters/network-probe.js';
import { createNotifyFiles } from '../adapters/notify-files.js';
import { createStartMarkFile } from '../adapters/start-mark-file.js';
import { createVdsmHypervisor } from '../adapters/vdsm-hypervisor.js';
import { createVmConfFile } from '../adapters/vm-conf-file.js';
import { createWebhookChannel } from '../adapters/webhook-channel.js';
import { networkTestOf } from '../config/network-test.js';
import { createDaemon } from '../daemon.js';
import { createHostIdGuard } from '../host-id-guard.js';
import { type ConnectedStorage, connectStorage } from '../storage.js';
import { PATHS } from './paths.js';
import { localMaintenanceReader, type Settings } from './settings.js';

/** Seconds that the guest gets for its shutdown before the host daemon calls it failed. */
const SHUTDOWN_TIMEOUT_S = 120;

/** Makes the adapters, runs the daemon until `signal`, and closes what it opened. */
export async function runDaemon(
  settings: Settings,
  log: Log,
  notify: SystemdNotify,
  signal: AbortSignal,
): Promise<void> {
  const { conf } = settings;
  for (const warning of settings.agent.warnings) log.warn(warning);
  const clock = createSystemClock();
  const directIo = createDirectIo(clock);
  const processes = createProcessRunner();
  const leases = createSanlock({ clock });
  const vdsm = new ReconnectingVdsmClient(
    { host: 'localhost', port: settings.hostdPort, tls: settings.tls },
    clock,
    { retries: 0 },
  );
  const notifyFiles = createNotifyFiles({
    brokerConf: PATHS.brokerConf,
    templates: PATHS.notificationTemplates,
  });
  const brokerConfCopy = createBrokerConfCopy(PATHS.sharedBrokerConf, log);
  let storage: ConnectedStorage | undefined;

  const guard = createHostIdGuard({
    lockspaces: leases.lockspaces,
    hostId: conf.hostId,
    domain: conf.sdUuid,
    ioTimeoutS: settings.ioTimeoutS,
    path: () => storage?.lockspacePath,
    clock,
    log,
  });
  const daemon = createDaemon({
    hostId: conf.hostId,
    hostname: hostname(),
    bridge: conf.bridge,
    weights: settings.agent.weights,
    timing: settings.agent.timing,
    ioTimeoutS: settings.ioTimeoutS,
    clock,
    log,
    hypervisor: createVdsmHypervisor({
      vdsm,
      vmId: conf.vmId,
      sdUUID: conf.sdUuid,
      hostdPort: settings.hostdPort,
      emulation: settings.emulation,
      shutdownTimeoutS: SHUTDOWN_TIMEOUT_S,
      clock,
    }),
    whiteboard: createWhiteboardFile({
      path: `/run/vdsm/storage/${conf.sdUuid}/${conf.metadata.imageId}/${conf.metadata.volumeId}`,
      directIo,
      clock,
    }),
    leaseView: lateLeaseView(
      () => storage?.engineLease,
      (lease) => createLeaseView({ leases, lease, clock }),
    ),
    engineProbe: createEngineProbe({ fqdn: conf.fqdn }),
    engineService: createGuestEngineService({ processes, vmName: 'HostedEngine' }),
    networkProbe: createNetworkProbe(networkTestOf(conf), { processes, clock, signal }),
    journal: createJournalFile({ path: PATHS.journal, log }),
    vmConfCache: createVmConfFile(PATHS.vmConf, PATHS.vmConfFallback),
    startMark: createStartMarkFile(PATHS.startMark, log),
    readSharedVmConf: async () => {
      if (storage === undefined) {
        throw new HeError('HE_STORAGE_UNREACHABLE', 'the storage is not connected yet');
      }
      const shared = await readSharedConfiguration(directIo, storage.configurationPath);
      await brokerConfCopy.keep(shared['broker.conf']);
      return shared['vm.conf'];
    },
    localMaintenance: localMaintenanceReader(log),
    connectStorage: async () => {
      storage = await connectStorage({ vdsm, log, conf });
    },
    ownsHostId: () => guard.owned(),
    hostIdProblem: () => guard.problem(),
    notifications: [createMailChannel(notifyFiles, hostname()), createWebhookChannel(notifyFiles)],
    onTurn: ({ machine, score }) => {
      notify.status(`${machine.name}, score ${score.total}`);
      notify.ping();
    },
  });
  vdsm.onEvent((event) => {
    if (event.method.includes('VM_status') && event.method.includes(conf.vmId)) daemon.wake();
  });

  const broker = await listenBroker(PATHS.brokerSocket, daemon.broker, log);
  notify.ready();
  try {
    await Promise.all([daemon.run(signal), guard.run(signal)]);
  } finally {
    notify.stopping();
    await broker.close();
    await vdsm.close().catch((error: unknown) => log.warn(messageOf(error)));
  }
}

/** The lease's place on storage is known only once the storage is connected. */
function lateLeaseView(
  lease: () => LeaseResource | undefined,
  make: (lease: LeaseResource) => LeaseView,
): LeaseView {
  let view: LeaseView | undefined;
  const current = (): LeaseView | undefined => {
    const found = lease();
    if (view === undefined && found !== undefined) view = make(found);
    return view;
  };
  return {
    owner: async () =>
      (await current()?.owner()) ?? { kind: 'unknown', why: 'the storage is not connected yet' },
    hosts: async () => (await current()?.hosts()) ?? 'unknown',
  };
}
