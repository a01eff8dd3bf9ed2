import { HeError } from '@hosted-engine/ports';
import { invalidAnswer } from '../answers/read-value.js';
import { checkEngineName } from '../checks/engine-name.js';
import type { EngineHost } from '../ports.js';
import type { Run } from '../run/run.js';
import type { Step } from '../run/step.js';
import { askIfMissing } from './ask.js';
import { clusterCa } from './certificates.js';
import { titleStep } from './questions.js';
import { isInstalledByHand } from './resume-point.js';

/** As in oVirt's own directory of users. */
const PASSWORD_LENGTH_MIN = 6;

export const ENGINE_QUESTIONS: readonly Step[] = [
  titleStep('engine-title', 'HOSTED ENGINE CONFIGURATION'),
  { id: 'portal-name', stage: 'customization', do: askPortalName },
  { id: 'admin-password', stage: 'customization', do: askPassword },
  { id: 'engine-name', stage: 'customization', do: askEngineName },
  { id: 'notifications', stage: 'customization', role: 'first', do: askNotifications },
];

async function askPortalName(run: Run): Promise<void> {
  const hostId = run.answers.get('OVEHOSTED_STORAGE/hostID');
  await askIfMissing(run, 'OVEHOSTED_ENGINE/appHostName', { fallback: `hosted_engine_${hostId}` });
}

/** An engine that is up already tells whether the password is right; one that is not is another step's. */
async function askPassword(run: Run): Promise<void> {
  await askIfMissing(run, 'OVEHOSTED_ENGINE/adminPassword', {
    retryOn: ['HE_ENGINE_REFUSED'],
    check: async () => {
      if (run.found.role === 'first') {
        refuseShort(run);
        return [];
      }
      try {
        await logIn(run);
      } catch (thrown) {
        if (!(thrown instanceof HeError) || thrown.code !== 'HE_ENGINE_UNREACHABLE') throw thrown;
      }
      return [];
    },
  });
}

/** The password of an engine that this run makes; one that a person installed has its own rules. */
function refuseShort(run: Run): void {
  const name = 'OVEHOSTED_ENGINE/adminPassword';
  if (isInstalledByHand(run) || run.answers.get(name).length >= PASSWORD_LENGTH_MIN) return;
  throw invalidAnswer(name, `(hidden) is shorter than ${PASSWORD_LENGTH_MIN} characters`);
}

/** Finds out whether the engine knows the password, and who has this host's name there. */
export async function logIn(run: Run): Promise<EngineHost | undefined> {
  const { answers, world } = run;
  const ca = await clusterCa(run);
  const password = answers.get('OVEHOSTED_ENGINE/adminPassword');
  const engine = world.engine.connect(answers.get('OVEHOSTED_NETWORK/fqdn'), { ca, password });
  return engine.findHost(answers.get('OVEHOSTED_ENGINE/appHostName'));
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
