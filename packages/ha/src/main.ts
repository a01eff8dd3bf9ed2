import {
  createSystemdNotify,
  createSystemLog,
  exitProcess,
  isJournal,
} from '@hosted-engine/platform';
import { HeError, messageOf } from '@hosted-engine/ports';
import { runDaemon } from './main/compose.js';
import { readSettings } from './main/settings.js';

const log = createSystemLog({
  journal: isJournal(process.env),
  write: (line) => void process.stdout.write(line),
  wallMs: () => Date.now(),
});
const stop = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) {
  process.on(name, () => {
    log.info(`${name}: leaving; the engine VM stays as it is`);
    stop.abort();
  });
}
process.on('unhandledRejection', (error) => {
  log.error(
    `unhandled: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  exitProcess(70);
});

try {
  await runDaemon(readSettings(), log, createSystemdNotify(process.env), stop.signal);
} catch (error) {
  log.error(messageOf(error));
  if (error instanceof HeError && error.remedy !== undefined) log.error(error.remedy);
  process.exitCode = error instanceof HeError ? error.exitCode : 1;
}
// A read that hangs on dead storage must not keep a daemon that was told to leave.
exitProcess(Number(process.exitCode ?? 0));
