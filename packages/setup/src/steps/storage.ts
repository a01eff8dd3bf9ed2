import { HeError } from '@hosted-engine/ports';
import { BLANK_UUID, DOMAIN_CLASS, isVdsmError, VDSM_CODE } from '@hosted-engine/vdsm';
import { hostdOf } from '../run/hostd-of.js';
import { finding, type Run, remember } from '../run/run.js';
import { keep, type Step } from '../run/step.js';
import { waitFor } from '../run/wait.js';
import { mountPoint, storageConnection, storageTarget, storageTypeOf } from '../storage-target.js';
import { mustRemakeDisk } from './resume-point.js';
import { attempt, finishTask, tolerate } from './tasks.js';

const DOMAIN_VERSION = 5;
const MASTER_VERSION = 1;

/** Connecting is the same on every host; only the line is not the same. */
const CONNECT: Pick<Step, 'do' | 'undo'> = {
  do: connectServer,
  undo: disconnectServer,
};

/** What the storage holds was made in one piece: it is all there once the domain itself may stay. */
export const STORAGE_CREATION: readonly Step[] = [
  { id: 'storage-server', stage: 'misc', role: 'first', ...CONNECT },
  {
    id: 'unfinished-domain',
    stage: 'misc',
    role: 'first',
    do: removeUnfinished,
    keeps: ({ found }) =>
      found.unfinishedDomain === undefined
        ? undefined
        : `nothing of domain ${found.unfinishedDomain}, which was removed from the storage as asked`,
  },
  {
    id: 'storage-domain',
    stage: 'misc',
    role: 'first',
    line: 'Creating Storage Domain',
    do: createDomain,
    undo: removeDomain,
    resume: resumeDomain,
  },
  {
    id: 'storage-pool',
    stage: 'misc',
    role: 'first',
    line: 'Creating Storage Pool',
    do: createPool,
    resume: keep,
  },
  {
    id: 'pool-connection',
    stage: 'misc',
    role: 'first',
    line: 'Connecting Storage Pool',
    do: connectPool,
    undo: disconnectPool,
    resume: keep,
  },
];

export const POOL_RELEASE: Step = {
  id: 'pool-release',
  stage: 'misc',
  role: 'first',
  line: 'Disconnecting Storage Pool',
  do: disconnectPool,
  resume: keep,
};

export const JOIN_STORAGE: Step = {
  id: 'storage-server',
  stage: 'misc',
  role: 'additional',
  line: 'Connecting Storage Domain',
  ...CONNECT,
};

export const MONITORING: readonly Step[] = [
  {
    id: 'domain-monitor',
    stage: 'misc',
    role: 'first',
    line: 'Start monitoring domain',
    do: startMonitoring,
    undo: stopMonitoring,
  },
  {
    id: 'domain-monitor',
    stage: 'misc',
    role: 'additional',
    do: startMonitoring,
    undo: stopMonitoring,
  },
];

/** The domain stays once it is complete, unless the engine's disk in it has become useless. */
async function resumeDomain(run: Run): Promise<'keep' | 'rewind'> {
  if (!run.journal.isDone(POOL_RELEASE.id) || mustRemakeDisk(run)) return 'rewind';
  try {
    await finding(run, 'hostd').call('StorageDomain.getInfo', {
      storagedomainID: run.answers.get('OVEHOSTED_STORAGE/sdUUID'),
    });
    return 'keep';
  } catch (thrown) {
    if (isVdsmError(thrown, VDSM_CODE.domainDoesNotExist)) return 'rewind';
    throw thrown;
  }
}

function connectionParams(run: Run) {
  const target = storageTarget(run.answers);
  const id = run.answers.get('OVEHOSTED_STORAGE/connectionUUID');
  return {
    storagepoolID: BLANK_UUID,
    domainType: storageTypeOf(target.domainType),
    connectionParams: [storageConnection(id, target)],
  };
}

async function connectServer(run: Run): Promise<void> {
  const hostd = finding(run, 'hostd');
  await remember(run, { storageConnected: true });
  const results = await attempt('cannot connect the storage', () =>
    hostd.call('StoragePool.connectStorageServer', connectionParams(run)),
  );
  const failed = results.find((result) => result.status !== 0);
  if (failed === undefined) return;
  const { connection } = storageTarget(run.answers);
  throw new HeError(
    'HE_STORAGE_UNREACHABLE',
    `the host daemon cannot use the storage connection ${connection}: status ${failed.status}`,
    { remedy: 'look at the log of vdsmd on this host', details: { status: failed.status } },
  );
}

/** Somebody asked for it while the questions were answered, and it was seen to be nobody's. */
async function removeUnfinished(run: Run): Promise<void> {
  const { unfinishedDomain } = run.found;
  if (unfinishedDomain === undefined) return;
  run.dialog.info(`Removing the unfinished storage domain ${unfinishedDomain}`);
  await run.world.files.removeTree(`${mountPoint(storageTarget(run.answers))}/${unfinishedDomain}`);
}

async function disconnectServer(run: Run): Promise<void> {
  if (run.found.storageConnected !== true) return;
  const results = await hostdOf(run).call(
    'StoragePool.disconnectStorageServer',
    connectionParams(run),
  );
  const failed = results.find((result) => result.status !== 0);
  if (failed !== undefined) {
    const { connection } = storageTarget(run.answers);
    throw new HeError(
      'HE_HOSTD_REFUSED',
      `the host daemon cannot disconnect ${connection}: status ${failed.status}`,
      { remedy: 'look at the log of vdsmd on this host', details: { status: failed.status } },
    );
  }
  await remember(run, { storageConnected: false });
}

async function createDomain(run: Run): Promise<void> {
  const { answers } = run;
  const target = storageTarget(answers);
  await remember(run, { madeDomain: true });
  try {
    await attempt('cannot create the storage domain', () =>
      finding(run, 'hostd').call('StorageDomain.create', {
        storagedomainID: answers.get('OVEHOSTED_STORAGE/sdUUID'),
        domainType: storageTypeOf(target.domainType),
        typeArgs: target.connection,
        name: answers.get('OVEHOSTED_STORAGE/storageDomainName'),
        domainClass: DOMAIN_CLASS.DATA,
        version: DOMAIN_VERSION,
      }),
    );
  } catch (thrown) {
    // These two say that a domain was there before: it is not ours to remove.
    if (isForeignDomain(thrown)) await remember(run, { madeDomain: false });
    throw thrown;
  }
}

function isForeignDomain(thrown: unknown): boolean {
  if (!(thrown instanceof HeError)) return false;
  const { cause } = thrown;
  return (
    isVdsmError(cause, VDSM_CODE.domainMountNotEmpty) || isVdsmError(cause, VDSM_CODE.domainExists)
  );
}

/** Removes the domain that this very run made; its UUID is in the path, so no other can be meant. */
export async function removeDomain(run: Run): Promise<void> {
  const { found } = run;
  if (found.madeDomain !== true) return;
  if (found.monitoring === true || found.poolConnected === true || found.vmCreated === true) {
    throw new HeError('HE_FAILED', `${domainDirectory(run)} may still be in use and is left`, {
      remedy: 'remove that directory once vdsmd is stopped on this host',
    });
  }
  // After a reboot, or when this process took over, the storage may not be mounted.
  await connectServer(run);
  await run.world.files.removeTree(domainDirectory(run));
  await remember(run, { madeDomain: false });
}

export function domainDirectory(run: Run): string {
  const sdUUID = run.answers.get('OVEHOSTED_STORAGE/sdUUID');
  return `${mountPoint(storageTarget(run.answers))}/${sdUUID}`;
}

async function createPool(run: Run): Promise<void> {
  const { answers } = run;
  const sdUUID = answers.get('OVEHOSTED_STORAGE/sdUUID');
  await attempt('cannot create the storage pool', () =>
    finding(run, 'hostd').call('StoragePool.create', {
      storagepoolID: answers.get('OVEHOSTED_STORAGE/spUUID'),
      name: answers.get('OVEHOSTED_STORAGE/storageDatacenterName'),
      masterSdUUID: sdUUID,
      masterVersion: MASTER_VERSION,
      domainList: [sdUUID],
    }),
  );
}

async function connectPool(run: Run): Promise<void> {
  const { answers } = run;
  const hostd = finding(run, 'hostd');
  const storagepoolID = answers.get('OVEHOSTED_STORAGE/spUUID');
  const storagedomainID = answers.get('OVEHOSTED_STORAGE/sdUUID');
  await remember(run, { poolConnected: true });
  await attempt('cannot connect the storage pool', () =>
    hostd.call('StoragePool.connect', {
      ...poolAccess(run),
      masterSdUUID: storagedomainID,
      masterVersion: MASTER_VERSION,
    }),
  );
  await remember(run, { isSpm: true });
  await attempt('cannot become the storage pool manager', async () => {
    const task = await hostd.call('StoragePool.spmStart', {
      storagepoolID,
      prevID: -1,
      prevLver: -1,
      enableScsiFencing: 'false',
    });
    await finishTask(run, hostd, task);
  });
  await attempt('cannot activate the storage domain', () =>
    hostd.call('StorageDomain.activate', { storagedomainID, storagepoolID }),
  );
}

function poolAccess(run: Run) {
  const storagepoolID = run.answers.get('OVEHOSTED_STORAGE/spUUID');
  return {
    storagepoolID,
    hostID: run.answers.get('OVEHOSTED_STORAGE/hostID'),
    scsiKey: storagepoolID,
  };
}

/** Also the undo: what is not connected, or not SPM, counts as done. */
export async function disconnectPool(run: Run): Promise<void> {
  if (run.found.isSpm !== true && run.found.poolConnected !== true) return;
  const hostd = hostdOf(run);
  const access = poolAccess(run);
  if (run.found.isSpm === true) {
    await tolerate([VDSM_CODE.notSpm, VDSM_CODE.poolUnknown], () =>
      hostd.call('StoragePool.spmStop', { storagepoolID: access.storagepoolID }),
    );
    await remember(run, { isSpm: false });
  }
  if (run.found.poolConnected === true) {
    await tolerate([VDSM_CODE.poolUnknown], () => hostd.call('StoragePool.disconnect', access));
    await remember(run, { poolConnected: false });
  }
}

/** Joins the domain's lockspace: sanlock refuses a host id that another live host has. */
async function startMonitoring(run: Run): Promise<void> {
  const hostd = finding(run, 'hostd');
  const sdUUID = run.answers.get('OVEHOSTED_STORAGE/sdUUID');
  const hostID = run.answers.get('OVEHOSTED_STORAGE/hostID');
  await remember(run, { monitoring: true });
  await attempt('cannot monitor the storage domain', () =>
    hostd.call('Host.startMonitoringDomain', { sdUUID, hostID }),
  );
  const acquired = await waitFor(run, joinWait(run), async () => {
    const stats = await hostd.call('Host.getStorageRepoStats', { domains: [sdUUID] });
    return stats[sdUUID]?.acquired === true ? true : undefined;
  });
  if (acquired === true) return;
  throw new HeError('HE_HOST_ID_TAKEN', `host id ${hostID} could not be acquired in time`, {
    remedy: 'look at the log of sanlock; another host may hold this id',
    details: { hostId: hostID },
  });
}

/** A clean join takes two to three I/O time-outs; after a crash sanlock waits 8 of them and 60 s. */
function joinWait(run: Run) {
  const ioTimeoutS = run.answers.get('OVEHOSTED_VDSM/sanlockIoTimeout');
  return { everyMs: 500, atMostMs: (8 * ioTimeoutS + 60 + 30) * 1000 };
}

export async function stopMonitoring(run: Run): Promise<void> {
  if (run.found.monitoring !== true) return;
  const sdUUID = run.answers.get('OVEHOSTED_STORAGE/sdUUID');
  await tolerate([VDSM_CODE.domainDoesNotExist], () =>
    hostdOf(run).call('Host.stopMonitoringDomain', { sdUUID }),
  );
  await remember(run, { monitoring: false });
}
