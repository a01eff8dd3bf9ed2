import type { HeError } from '@hosted-engine/ports';
import type { Run } from './run.js';

export const CLEANUP_COMMAND = 'ovirt-hosted-engine-cleanup';

/** The last words of a run that failed: how things stand now, and the one command to go on with. */
export function sayWhatNext(run: Run, error: HeError, archive: string | undefined): void {
  const { dialog } = run;
  dialog.note(`Hosted Engine deployment failed (${error.code}). Log file: ${run.world.log.path}`);
  for (const line of nextLines(run, error, archive)) dialog.note(line);
}

function nextLines(run: Run, error: HeError, archive: string | undefined): string[] {
  const { journal, found, options, dialog } = run;
  // Not even the lock: this run has seen nothing of the host.
  if (found.lock === undefined || error.code === 'HE_ALREADY_DEPLOYED') return [];
  if (journal.phase === 'deployed') {
    return [
      'This host is deployed all the same. To see how it is:',
      '    hosted-engine --vm-status',
    ];
  }
  const again = commandOf(dialog.interactive ? [archive] : options.configFiles);
  if (journal.phase === 'kept') {
    return ['Not all of it could be undone. To clean up what is left:', `    ${CLEANUP_COMMAND}`];
  }
  if (journal.hasSteps && journal.isChanged) {
    return ['To resume it:', `    ${again}`];
  }
  if (found.earlier !== undefined && journal.hasSteps) {
    return ['The deployment that was broken off is still as it was. To resume it:', `    ${again}`];
  }
  return [`${howThingsStand(run)} To try it again:`, `    ${again}`];
}

function howThingsStand({ journal, found }: Run): string {
  if (!journal.wasOpen) return 'Nothing was changed on this host or on the storage.';
  const exception = found.remains === true ? ', but for what is named above' : '';
  return `Nothing of it is left on this host or on the storage${exception}.`;
}

function commandOf(files: readonly (string | undefined)[]): string {
  const words = files.flatMap((file) => (file === undefined ? [] : [`--config-append=${file}`]));
  return ['hosted-engine --deploy', ...words].join(' ');
}
