// Undoes a deployment on this host, whole or broken off, by the journal that it left. Shared storage is left
// alone, unless the deployment never came to its end, or --storage asks for its removal.
//
//   U1. Nothing is changed before every question is answered and every check is passed.
//   U2. The HA daemon stops first: nobody is to start again what is being ended.
//   U3. What could not be undone stays on record; another clean-up goes on from there.
//   U4. A domain is removed only when no other host renews a lease in it.

import { HeError, messageOf, SLOT_SIZE } from '@hosted-engine/ports';
import { DEPLOY_STEPS } from '../deploy.js';
import type { Dialog } from '../dialog.js';
import { PATHS } from '../paths.js';
import type { DeployWorld } from '../ports.js';
import type { JournalRecord } from '../run/journal.js';
import { adoptRecord, createRun, type Run, remember } from '../run/run.js';
import type { Outcome } from '../run/runner.js';
import { undoAll } from '../run/undo.js';
import { CLEANUP_COMMAND } from '../run/what-next.js';
import { adoptAnswers, describeRecord, reachHostd } from '../steps/earlier-run.js';
import { refuseIfAlive } from '../steps/found-domains.js';
import { stopHa } from '../steps/ha-services.js';
import { releaseRun, requireRoot } from '../steps/prepare.js';
import { disconnectPool, domainDirectory, removeDomain, stopMonitoring } from '../steps/storage.js';
import { destroyVm, vmStats } from '../steps/vm-control.js';
import { METADATA_VOLUME, preparedPath } from '../steps/volumes.js';
import { storageTarget } from '../storage-target.js';
import { confirm } from './confirm.js';
import { deploymentRecord } from './deployment-record.js';

export interface CleanupOptions {
  /** No questions. */
  readonly quiet: boolean;
  /** Remove the hosted engine's domain from the shared storage as well. */
  readonly storage: boolean;
  readonly version: string;
}

/** Says everything through `dialog`. It does not reject: whatever goes wrong is the outcome's error. */
export async function cleanUp(
  world: DeployWorld,
  dialog: Dialog,
  options: CleanupOptions,
  signal: AbortSignal,
): Promise<Outcome> {
  const { version } = options;
  const run = createRun(
    world,
    dialog,
    { configFiles: [], version, isUnprotectedSession: false },
    signal,
  );
  try {
    requireRoot(world.facts);
    run.found.lock = await world.lock.acquire();
    await cleanHost(run, options);
    return { kind: 'done' };
  } catch (thrown) {
    return { kind: 'failed', error: tell(run, thrown) };
  } finally {
    await releaseRun(run);
  }
}

function tell(run: Run, thrown: unknown): HeError {
  const error = thrown instanceof HeError ? thrown : new HeError('HE_FAILED', messageOf(thrown));
  run.world.log.error('clean-up failed', {
    code: error.code,
    why: error.message,
    stack: thrown instanceof Error ? (thrown.stack ?? '') : '',
  });
  if (error.code === 'HE_ABORTED') run.dialog.warning(`Aborted: ${error.message}`);
  else run.dialog.error(error.message);
  if (error.remedy !== undefined) run.dialog.note(`${error.remedy}.`);
  run.dialog.note(`Log file: ${run.world.log.path}`);
  return error;
}

async function cleanHost(run: Run, options: CleanupOptions): Promise<void> {
  const { dialog } = run;
  const record = await deploymentRecord(run.world.files);
  if (record === undefined) {
    dialog.info('There is nothing to clean up: this host has no deployment, whole or broken off');
    return;
  }
  adoptAnswers(run, record);
  adoptRecord(run, record);
  await announce(run, record, options);
  await reachHostd(run);
  if (options.storage) await checkStorage(run, options);
  await undoDeployment(run, record, options);
}

async function announce(run: Run, record: JournalRecord, options: CleanupOptions): Promise<void> {
  const { dialog } = run;
  if (record.phase === 'deployed') {
    const id = run.answers.find('OVEHOSTED_STORAGE/hostID') ?? 'unknown';
    dialog.note(`This host is deployed for the hosted engine (host id ${id}).`);
    dialog.note(
      'Cleaning up stops the HA services here, powers the engine VM off if it runs here, and takes back what the deployment changed on this host.',
    );
  } else {
    dialog.note(`A deployment of this host ${describeRecord(record)}.`);
    dialog.note('Cleaning up takes back what it changed on this host and on the storage.');
  }
  if (options.quiet) return;
  await confirm(run, 'cleanup', 'Are you sure you want to clean up this host?');
}

/** U4, and the second question. */
async function checkStorage(run: Run, options: CleanupOptions): Promise<void> {
  const target = storageTarget(run.answers);
  const sdUUID = run.answers.get('OVEHOSTED_STORAGE/sdUUID');
  const view = await run.world.storage.open(target, run.signal);
  run.found.view = view;
  const domain = (await view.domains()).find((one) => one.sdUUID === sdUUID);
  if (domain === undefined) {
    run.dialog.info(`There is no domain ${sdUUID} on ${target.connection} any more`);
  } else {
    const own = run.answers.find('OVEHOSTED_STORAGE/hostID');
    await refuseIfAlive(run, view, domain, (hostId) => hostId === own);
    const name = domain.metadata['DESCRIPTION'] ?? '';
    run.dialog.warning(
      `The storage domain ${sdUUID} (${name}) on ${target.connection} will be removed with its ${domain.volumes.length} volumes: the engine's disk among them, and whatever else it holds`,
    );
    if (!options.quiet) {
      await confirm(run, 'cleanup-storage', 'It cannot be brought back. Remove it?');
    }
  }
  await view.close();
  delete run.found.view;
}

async function undoDeployment(
  run: Run,
  record: JournalRecord,
  options: CleanupOptions,
): Promise<void> {
  const { dialog, world } = run;
  dialog.info('Cleaning up');
  const isDeployed = record.phase === 'deployed';
  if (isDeployed) {
    await stopHa(run);
    await run.journal.forget('ha-services');
    await powerOff(run);
  }
  if (options.storage) {
    await stopMonitoring(run);
    await disconnectPool(run);
    await remember(run, { madeDomain: true });
    await removeDomain(run);
    dialog.info('The storage domain is removed');
  } else if (isDeployed) {
    await leaveWhiteboard(run);
    await remember(run, { madeDomain: false });
    dialog.note(`Kept: the storage domain in ${domainDirectory(run)}; --storage removes it`);
  }
  const isClean = await undoAll(run, DEPLOY_STEPS, { mayStop: () => run.signal.aborted });
  if (!isClean) {
    throw new HeError('HE_FAILED', 'not everything could be cleaned up', {
      remedy: `put right what the warnings above name, then run ${CLEANUP_COMMAND} again`,
    });
  }
  if (isDeployed) {
    await world.files.remove(PATHS.haConf);
    await world.files.remove(PATHS.vmConfFallback);
    const name = run.answers.find('OVEHOSTED_ENGINE/appHostName') ?? 'of this name';
    dialog.note(`Kept: host ${name} in the engine, if the engine lives on; remove it there`);
  }
  dialog.note('This host is clean. To deploy it again:');
  dialog.note('    hosted-engine --deploy');
}

async function powerOff(run: Run): Promise<void> {
  const { hostd } = run.found;
  const vmId = run.answers.find('OVEHOSTED_VM/vmUUID');
  if (hostd === undefined || vmId === undefined) return;
  if ((await vmStats(hostd, vmId)) === undefined) return;
  run.dialog.info('Powering off the engine VM, which runs on this host');
  await remember(run, { vmCreated: true });
  await destroyVm(run);
}

/** Takes this host's slot off the whiteboard, so that the others do not go on to show it. Its own alone (I8). */
async function leaveWhiteboard(run: Run): Promise<void> {
  try {
    const hostId = run.answers.get('OVEHOSTED_STORAGE/hostID');
    const path = await preparedPath(run, METADATA_VOLUME);
    await run.world.files.overwrite(path, new Uint8Array(SLOT_SIZE), hostId * SLOT_SIZE);
  } catch (thrown) {
    run.dialog.warning(
      `The other hosts will go on to show this one as stale: its slot cannot be cleared: ${messageOf(thrown)}`,
    );
  }
}
