import { checkEngineName } from '../checks/engine-name.js';
import type { Run } from '../run/run.js';
import type { Step } from '../run/step.js';
import { askIfMissing } from './ask.js';
import { titleStep } from './questions.js';

export const ENGINE_QUESTIONS: readonly Step[] = [
  titleStep('engine-title', 'HOSTED ENGINE CONFIGURATION'),
  { id: 'portal-name', stage: 'customization', do: askPortalName },
  {
    id: 'admin-password',
    stage: 'customization',
    do: async (run) => {
      await askIfMissing(run, 'OVEHOSTED_ENGINE/adminPassword');
    },
  },
  { id: 'engine-name', stage: 'customization', do: askEngineName },
  { id: 'notifications', stage: 'customization', role: 'first', do: askNotifications },
];

async function askPortalName(run: Run): Promise<void> {
  const hostId = run.answers.get('OVEHOSTED_STORAGE/hostID');
  await askIfMissing(run, 'OVEHOSTED_ENGINE/appHostName', { fallback: `hosted_engine_${hostId}` });
}

async function askEngineName(run: Run): Promise<void> {
  await askIfMissing(run, 'OVEHOSTED_NETWORK/fqdn', {
    check: () => checkEngineName(run.answers, run.world.network),
  });
}

async function askNotifications(run: Run): Promise<void> {
  const names = ['smtpServer', 'smtpPort', 'sourceEmail', 'destEmail'] as const;
  for (const name of names) await askIfMissing(run, `OVEHOSTED_NOTIF/${name}`);
}
