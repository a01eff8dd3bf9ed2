import { HeError } from '@hosted-engine/ports';
import { missingAnswers } from '../answers/answer-set.js';
import { PATHS } from '../paths.js';
import { ownAnswerFile } from '../render/answer-file.js';
import { previewLines } from '../render/preview.js';
import { restoreFile } from '../run/restore-file.js';
import { finding, type Run } from '../run/run.js';
import type { Step } from '../run/step.js';
import { askIfMissing } from './ask.js';
import { nameTaken } from './engine-host.js';
import { logIn } from './engine-questions.js';

const OWN_FILE = { mode: 0o600 } as const;

export const VALIDATION_STEPS: readonly Step[] = [
  { id: 'engine-answers', stage: 'validation', role: 'additional', do: requireEngine },
  { id: 'network-test', stage: 'validation', do: requireTcpTarget },
  { id: 'preview', stage: 'validation', do: confirm },
  {
    id: 'answer-file',
    stage: 'validation',
    line: `Generating answer file '${PATHS.answers}'`,
    do: writeAnswers,
    undo: async (run) => {
      await restoreFile(run, PATHS.answers, OWN_FILE);
    },
    isLeftOutOfCheck: true,
  },
];

/** An additional host gets its certificate from the engine: better to know now that it will. */
async function requireEngine(run: Run): Promise<void> {
  const fqdn = run.answers.get('OVEHOSTED_NETWORK/fqdn');
  const health = await run.world.engine.connect(fqdn, undefined).health(run.signal);
  if (health.kind === 'up') {
    const namesake = await logIn(run);
    const address = run.answers.get('OVEHOSTED_NETWORK/host_name');
    if (namesake !== undefined && namesake.address !== address) throw nameTaken(namesake);
    return;
  }
  const why = health.kind === 'down' ? health.text : health.why;
  throw new HeError('HE_ENGINE_UNREACHABLE', `the engine at ${fqdn} is not up: ${why}`, {
    remedy: 'wait until `hosted-engine --vm-status` on a deployed host shows it in good health',
  });
}

/** A network test by tcp is of one address and port. */
async function requireTcpTarget({ answers }: Run): Promise<void> {
  if (answers.get('OVEHOSTED_NETWORK/network_test') !== 'tcp') return;
  const needed = [
    'OVEHOSTED_NETWORK/network_test_tcp_address',
    'OVEHOSTED_NETWORK/network_test_tcp_port',
  ] as const;
  const missing = needed.filter((name) => answers.find(name) === undefined);
  if (missing.length > 0) throw missingAnswers(missing);
}

async function confirm(run: Run): Promise<void> {
  // Everything that the preview shows has been read; nothing of the storage is needed mounted.
  await finding(run, 'view').close();
  delete run.found.view;
  run.dialog.title('CONFIGURATION PREVIEW');
  for (const line of previewLines(run.answers)) run.dialog.note(line);
  // Unattended, consent has to be among the answers; at a terminal an empty answer is none.
  const options = run.dialog.interactive ? { fallback: false } : {};
  await askIfMissing(run, 'OVEHOSTED_CORE/confirmSettings', options);
  if (run.answers.get('OVEHOSTED_CORE/confirmSettings')) return;
  throw new HeError('HE_ABORTED', 'the installation settings were not confirmed');
}

async function writeAnswers(run: Run): Promise<void> {
  const bytes = new TextEncoder().encode(ownAnswerFile(run.answers));
  await run.backups.write(PATHS.answers, bytes, OWN_FILE);
  const { generateAnswer } = run.options;
  if (generateAnswer !== undefined) await run.world.files.write(generateAnswer, bytes, OWN_FILE);
}
