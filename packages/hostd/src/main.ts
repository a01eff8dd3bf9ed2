// Composition root of vdsmd: reads the environment, makes the adapters, installs signal handlers.

import { readFileSync } from 'node:fs';
import {
  createDirectIo,
  createLibvirtDriver,
  createMounts,
  createProcessRunner,
  createSanlock,
  createSystemClock,
  createSystemdNotify,
  createSystemLog,
  exitProcess,
  isJournal,
} from '@hosted-engine/platform';
import { BROKER_SOCKET, createBrokerClient } from '@hosted-engine/platform/broker-client';
import { messageOf } from '@hosted-engine/ports';
import { hostIdentity } from './config/host-identity.js';
import { readTlsFiles, readVdsmConf } from './config/read-settings.js';
import { createDaemon } from './daemon.js';
import { createHaBroker } from './host/ha-broker.js';
import { createHostFiles } from './host/host-files.js';
import { createHostNetworks } from './network/host-networks.js';
import { createIpTool } from './network/ip-tool.js';
import { createNetworkStore } from './network/network-store.js';
import { NETWORK_PATHS } from './network/paths.js';
import { createStorage } from './storage/create-storage.js';
import { createVmStore } from './vm/vm-store.js';

const RUN_DIR = '/run/vdsm';
/** Where set-up puts the host's certificate by the names that libvirt and QEMU look for. */
const MIGRATION_PKI = '/etc/pki/vdsm/libvirt-migrate';
const VDSM_OWNER = { uid: 36, gid: 36 };

const clock = createSystemClock();
const log = createSystemLog({
  journal: isJournal(process.env),
  level: process.env['HE_LOG_LEVEL'] === 'debug' ? 'debug' : 'info',
  write: (line) => process.stderr.write(line),
  wallMs: () => clock.wallMs(),
});

async function main(): Promise<void> {
  const conf = await readVdsmConf('/etc/vdsm/vdsm.conf');
  const tls = conf.ssl ? await readTlsFiles('/etc/pki/vdsm') : undefined;
  const hostUuid = await hostIdentity('/etc/vdsm/vdsm.id');
  const notify = createSystemdNotify(process.env);
  const processes = createProcessRunner();
  const driver = createLibvirtDriver({
    transport: { pkiDir: conf.ssl ? MIGRATION_PKI : undefined },
    log,
  });
  const daemon = createDaemon({
    conf,
    tls,
    hostUuid,
    version: ownVersion(),
    driver,
    openStorage: () =>
      createStorage({
        leases: createSanlock({ clock }),
        mounts: createMounts({ processes, clock }),
        directIo: createDirectIo(clock),
        processes,
        clock,
        log,
        config: {
          ioTimeoutS: conf.sanlockIoTimeoutS,
          dataCenterDir: '/rhev/data-center',
          runDir: RUN_DIR,
          owner: VDSM_OWNER,
        },
      }),
    networks: createHostNetworks({
      ip: createIpTool(processes),
      store: createNetworkStore(NETWORK_PATHS),
      clock,
      log,
    }),
    vmStore: createVmStore(`${RUN_DIR}/vms`, log),
    broker: createHaBroker({
      clock,
      connect: (timeoutMs) => createBrokerClient(BROKER_SOCKET, timeoutMs),
    }),
    files: createHostFiles(),
    processes,
    clock,
    log,
  });

  const stop = async (signal: string): Promise<void> => {
    log.info(`${signal}: stopping; VMs, mounts and leases stay as they are`);
    notify.stopping();
    await daemon.close();
    exitProcess(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      stop(signal).catch(fail);
    });
  }
  const port = await daemon.listen();
  notify.startWatchdog();
  notify.ready();
  log.info(`listening on port ${port}`);
  await daemon.recover();
  notify.status('serving');
}

function ownVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function fail(error: unknown): void {
  log.error(`vdsmd cannot go on: ${messageOf(error)}`);
  exitProcess(1);
}

main().catch(fail);
