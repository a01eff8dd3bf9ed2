import { messageOf } from '@hosted-engine/ports';
import type { CallContext, VerbHandlers } from '@hosted-engine/vdsm';
import { domainAttachVerbs } from '../verbs/domain-attach.js';
import { domainCreateVerbs } from '../verbs/domain-create.js';
import { domainInfoVerbs } from '../verbs/domain-info.js';
import { domainMonitorVerbs } from '../verbs/domain-monitor.js';
import { imageVerbs } from '../verbs/image-prepare.js';
import { leaseVerbs } from '../verbs/lease-external.js';
import { poolVerbs } from '../verbs/pool-connect.js';
import { spmVerbs } from '../verbs/pool-spm.js';
import { serverVerbs } from '../verbs/server-connect.js';
import { taskVerbs } from '../verbs/task-control.js';
import { volumeChangeVerbs } from '../verbs/volume-create.js';
import { volumeInfoVerbs } from '../verbs/volume-info.js';
import { DomainCatalogue } from './domain-catalogue.js';
import { ExternalLeases } from './external-leases.js';
import { Images } from './images.js';
import { hostPaths } from './layout.js';
import { Monitors } from './monitors.js';
import { Pool } from './pool.js';
import { PoolMembers } from './pool-members.js';
import { ServerConnections } from './server-connections.js';
import { StateFile } from './state-file.js';
import { toVdsmError } from './storage-error.js';
import type { StorageRooms } from './storage-rooms.js';
import { Tasks } from './tasks.js';
import type { Storage, StorageDeps, StorageVerbs } from './types.js';
import { Volumes } from './volumes.js';

/** Restores what the previous run monitored and was connected to, then serves. */
export async function createStorage(deps: StorageDeps): Promise<Storage> {
  const { leases, mounts, directIo, processes, clock, log, config } = deps;
  const { ioTimeoutS, dataCenterDir, owner } = config;
  const paths = hostPaths(dataCenterDir, config.runDir);
  const state = new StateFile(paths.stateFile, log);
  const saved = await state.load();

  const catalogue = new DomainCatalogue({ mounts, paths, clock, owner, log });
  const connections = new ServerConnections({ mounts, processes, log, owner, dataCenterDir });
  const monitors = new Monitors({
    leases,
    directIo,
    clock,
    log,
    ioTimeoutS,
    catalogue,
    state,
  });
  const tasks = new Tasks(log);
  const sleep = (ms: number, signal?: AbortSignal) => clock.sleep(ms, signal);
  const pool = new Pool({ catalogue, monitors, leases, tasks, state, paths, log, sleep });
  const volumes = new Volumes({ leases, processes, clock, log });
  const images = new Images(paths, volumes);
  const rooms: StorageRooms = {
    catalogue,
    connections,
    monitors,
    pool,
    members: new PoolMembers(pool, catalogue, monitors),
    tasks,
    volumes,
    images,
    externalLeases: new ExternalLeases(directIo, leases),
    creation: { catalogue, leases, directIo, clock, dataCenterDir, ioTimeoutS },
    paths,
  };

  if (saved.pool !== undefined) pool.restore(saved.pool);
  // Host ids that sanlock still holds are recognised by their monitors (L3).
  for (const { sdUUID, hostId } of saved.monitored) await monitors.start(sdUUID, hostId);

  return {
    prepareImage: async ({ sdUUID, imgUUID, volUUID }) =>
      await asVdsmErrors(async () =>
        images.prepare(await catalogue.find(sdUUID), imgUUID, volUUID),
      ),
    teardownImage: ({ sdUUID, imgUUID }) => asVdsmErrors(() => images.teardown(sdUUID, imgUUID)),
    repoStats: (domains = []) => monitors.stats(domains),
    isHostIdLost: (sdUUID) => monitors.isHostIdLost(sdUUID),
    verbs: () =>
      guarded(allVerbs(rooms), (verb, error) => log.debug(`${verb}: ${messageOf(error)}`)),
    close: () => monitors.close(),
  };
}

function allVerbs(rooms: StorageRooms): StorageVerbs {
  return {
    ...serverVerbs(rooms),
    ...domainCreateVerbs(rooms),
    ...domainInfoVerbs(rooms),
    ...domainMonitorVerbs(rooms),
    ...domainAttachVerbs(rooms),
    ...poolVerbs(rooms),
    ...spmVerbs(rooms),
    ...volumeChangeVerbs(rooms),
    ...volumeInfoVerbs(rooms),
    ...imageVerbs(rooms),
    ...taskVerbs(rooms),
    ...leaseVerbs(rooms),
  };
}

/** Every handler answers with an error of the protocol, whatever went wrong below it. */
function guarded(
  verbs: StorageVerbs,
  onError: (verb: string, error: unknown) => void,
): StorageVerbs {
  const wrapped = Object.entries(verbs).map(([verb, handler]) => {
    const call = handler as (params: unknown, context: CallContext) => Promise<unknown>;
    const safe = async (params: unknown, context: CallContext): Promise<unknown> => {
      try {
        return await call(params, context);
      } catch (error) {
        onError(verb, error);
        throw toVdsmError(error);
      }
    };
    return [verb, safe] as const;
  });
  return Object.fromEntries(wrapped) as Partial<VerbHandlers> as StorageVerbs;
}

async function asVdsmErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toVdsmError(error);
  }
}
