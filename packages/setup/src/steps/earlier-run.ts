// What to do about an earlier run that was broken off: killed, or rolled back only in part. Its journal
// says how far it came. Whoever runs the deployment again goes on with it, unless told otherwise.

import { HeError } from '@hosted-engine/ports';
import { type AnswerName, answerKey, isAnswerName } from '../answers/catalogue.js';
import { invalidAnswer } from '../answers/read-value.js';
import { PATHS, UNITS } from '../paths.js';
import { type JournalRecord, readJournal } from '../run/journal.js';
import { adoptRecord, createRun, type Run } from '../run/run.js';
import type { Step } from '../run/step.js';
import { undoAll } from '../run/undo.js';
import { askIfMissing } from './ask.js';
import { connectHostd } from './host-services.js';
import { vmStats } from './vm-control.js';

/** `steps` are those that the earlier run may have begun. */
export function earlierRunStep(steps: () => readonly Step[]): Step {
  return {
    id: 'earlier-run',
    stage: 'init',
    do: (run) => considerEarlierRun(run, steps()),
  };
}

async function considerEarlierRun(run: Run, steps: readonly Step[]): Promise<void> {
  const record = await readJournal(run.world.files);
  if (record === undefined) return;
  if (record.phase === 'deployed') {
    await inheritDeployment(run, record);
    return;
  }
  run.dialog.warning(`A deployment of this host ${describeRecord(record)}`);
  if (run.options.isCheckOnly === true) return;
  const choice = await askIfMissing(run, 'OVEHOSTED_CORE/interruptedRun');
  if (choice === 'abort') {
    throw new HeError('HE_ABORTED', 'the deployment that was broken off is left as it is');
  }
  if (choice === 'clean') await cleanEarlier(run, record, steps);
  else await resume(run, record);
}

/** "that began at … was broken off in 'vm-image'" */
export function describeRecord(record: JournalRecord): string {
  const last = record.steps.at(-1);
  const where =
    last === undefined
      ? 'before its first step'
      : `${last.state === 'begun' ? 'in' : 'after'} its step '${last.id}'`;
  const how = record.phase === 'kept' ? 'could not be undone wholly; it ended' : 'was broken off';
  return `that began at ${record.startedAt} ${how} ${where} (log: ${record.log})`;
}

/** A host whose configuration was removed by hand: what was there before the deployment still counts. */
async function inheritDeployment(run: Run, record: JournalRecord): Promise<void> {
  const conf = await run.world.files.read(PATHS.hostedEngineConf);
  if (conf !== undefined && conf.length > 0) return;
  run.backups.adopt(record.files);
  run.found.unitsBefore = new Map(Object.entries(record.units));
}

async function cleanEarlier(
  run: Run,
  record: JournalRecord,
  steps: readonly Step[],
): Promise<void> {
  run.dialog.info('Cleaning up what it left');
  const earlier = createRun(run.world, run.dialog, run.options, run.signal);
  adoptAnswers(earlier, record);
  adoptRecord(earlier, record);
  await reachHostd(earlier);
  const isClean = await undoAll(earlier, steps);
  await earlier.found.hostd?.close();
  if (isClean) return;
  throw new HeError(
    'HE_FAILED',
    'what the earlier deployment left could not be cleaned up wholly',
    {
      remedy:
        'see the warnings above, put right what they name, and run ovirt-hosted-engine-cleanup',
    },
  );
}

async function resume(run: Run, record: JournalRecord): Promise<void> {
  adoptAnswers(run, record);
  adoptRecord(run, record);
  run.found.earlier = record;
  run.dialog.info('Resuming it with the answers given then');
  if (!(await run.world.services.isActive(UNITS.hostd))) return;
  await reachHostd(run);
  const { hostd } = run.found;
  const vmId = run.answers.find('OVEHOSTED_VM/vmUUID');
  if (hostd === undefined || vmId === undefined) return;
  const stats = await vmStats(hostd, vmId);
  run.found.isVmAlive = stats !== undefined && stats.status !== 'Down';
}

/** Answers given now count for this run alone; those that things were already made by have to agree. */
export function adoptAnswers(run: Run, record: JournalRecord): void {
  for (const [name, value] of Object.entries(record.answers)) {
    if (!isAnswerName(name)) continue;
    if (!run.answers.isGiven(name)) {
      run.answers.setParsed(name, value, 'file');
    } else if (isSettled(name) && run.answers.find(name) !== value) {
      throw invalidAnswer(
        name,
        `'${String(run.answers.find(name))}' now, but the deployment to be resumed has '${value}'; give OVEHOSTED_CORE/interruptedRun=str:clean to begin anew`,
      );
    }
  }
}

function isSettled(name: AnswerName): boolean {
  const { scope } = answerKey(name);
  return scope === 'cluster' || scope === 'first' || name === 'OVEHOSTED_STORAGE/hostID';
}

/** The host daemon, if the earlier run came to use it. One that does not come up is met by each undo. */
export async function reachHostd(run: Run): Promise<void> {
  if (run.journal.stateOf('vdsmd') === undefined) return;
  const { services } = run.world;
  try {
    if (!(await services.isActive(UNITS.hostd))) await services.start(UNITS.hostd);
    await connectHostd(run);
  } catch (thrown) {
    if (!(thrown instanceof HeError)) throw thrown;
    run.dialog.warning(`The host daemon cannot be asked: ${thrown.message}`);
  }
}
