import { randomBytes, randomUUID } from 'node:crypto';
import { createMounts, createProcessRunner, createSanlock } from '@hosted-engine/platform';
import { BROKER_SOCKET, createBrokerClient } from '@hosted-engine/platform/broker-client';
import type { Clock } from '@hosted-engine/ports';
import type { DeployWorld, RunLog } from '@hosted-engine/setup';
import { createAppliances } from '../adapters/appliances.js';
import { createDiskImages } from '../adapters/disk-images.js';
import { createEngineConnector } from '../adapters/engine-client.js';
import { createFirewall } from '../adapters/firewall.js';
import { createHaProbe } from '../adapters/ha-probe.js';
import { createHostFacts } from '../adapters/host-facts.js';
import { createHostFiles } from '../adapters/host-files.js';
import { createHostLinks } from '../adapters/host-links.js';
import { createHostdConnector } from '../adapters/hostd-connector.js';
import { createNetwork } from '../adapters/network.js';
import { createRemoteHosts } from '../adapters/remote-hosts.js';
import { createRunLock } from '../adapters/run-lock.js';
import { createServices } from '../adapters/services.js';
import { createStorageProbe } from '../adapters/storage-probe.js';

/** This very host, for set-up to configure. */
export function createDeployWorld(
  clock: Clock,
  log: RunLog,
  searchPath: string,
  /** What SSH_CONNECTION holds, where this is an SSH session. */
  sshConnection?: string,
): DeployWorld {
  const runner = createProcessRunner();
  const files = createHostFiles();
  return {
    files,
    facts: createHostFacts(searchPath, runner),
    network: createNetwork(runner),
    links: createHostLinks(runner),
    firewall: createFirewall(runner, sshConnection),
    remotes: createRemoteHosts(runner),
    services: createServices(runner),
    images: createDiskImages(runner),
    appliances: createAppliances(runner),
    lockspaces: {
      // sanlock's library is there once its package is: not yet when the questions are asked.
      writeLockspace: (area, ioTimeoutS) =>
        createSanlock({ clock }).areas.writeLockspace(area, ioTimeoutS),
      leave: (area, hostId) => createSanlock({ clock }).lockspaces.leave(area, hostId),
    },
    hostd: createHostdConnector(files, clock),
    storage: createStorageProbe({
      mounts: createMounts({ processes: runner, clock }),
      runner,
      clock,
    }),
    engine: createEngineConnector(),
    ha: createHaProbe(createBrokerClient(BROKER_SOCKET)),
    lock: createRunLock(),
    clock,
    random: { uuid: randomUUID, bytes: (count) => new Uint8Array(randomBytes(count)) },
    log,
  };
}
