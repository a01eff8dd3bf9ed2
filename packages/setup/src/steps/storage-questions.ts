import { HeError } from '@hosted-engine/ports';
import { invalidAnswer } from '../answers/read-value.js';
import { chooseHostId } from '../checks/host-id.js';
import { bytesNeeded } from '../checks/sizes.js';
import { PATHS } from '../paths.js';
import type { FoundDomain } from '../ports.js';
import { finding, type Run } from '../run/run.js';
import type { Step } from '../run/step.js';
import { findVolume, hostIdUses, unfinished } from '../shared-domain.js';
import { storageTarget } from '../storage-target.js';
import { askIfMissing, refuseMissing } from './ask.js';
import { adoptClusterAnswers } from './cluster-answers.js';

const GIB = 1024 ** 3;

export const STORAGE_QUESTIONS: readonly Step[] = [
  { id: 'storage-path', stage: 'customization', do: askPath },
  { id: 'host-role', stage: 'customization', do: decideRole },
  { id: 'empty-storage', stage: 'customization', role: 'first', do: checkEmptyStorage },
  { id: 'cluster-answers', stage: 'customization', role: 'additional', do: adoptClusterAnswers },
  { id: 'host-id', stage: 'customization', do: chooseId },
];

async function askPath(run: Run): Promise<void> {
  run.dialog.title('STORAGE CONFIGURATION');
  run.dialog.note('During customization use CTRL-D to abort.');
  const key = 'OVEHOSTED_STORAGE/storageDomainConnection';
  await askIfMissing(run, key, {
    check: async () => {
      run.found.view = await run.world.storage.open(storageTarget(run.answers), run.signal);
      return [];
    },
  });
}

async function decideRole(run: Run): Promise<void> {
  const view = finding(run, 'view');
  const domains = await view.domains();
  const domain = hostedEngineDomain(domains);
  const key = 'OVEHOSTED_CORE/isAdditionalHost';
  if (domain === undefined) {
    if (run.answers.find(key) === true) {
      throw invalidAnswer(key, 'the storage holds no hosted engine that this host could join');
    }
    run.found.role = 'first';
    run.dialog.info('Installing on first host');
  } else {
    if (run.dialog.interactive) await askIfMissing(run, key, { fallback: true });
    if (run.answers.find(key) === false) throw occupied(domain);
    run.found.role = 'additional';
    run.found.domain = domain;
    run.dialog.info('Installing on additional host');
  }
  refuseMissing(run, run.found.role);
}

/** The one domain that a mount may hold. HE_STORAGE_INVALID when it is not a hosted engine's. */
function hostedEngineDomain(domains: readonly FoundDomain[]): FoundDomain | undefined {
  const found = domains.find((domain) => findVolume(domain, 'configuration') !== undefined);
  if (found !== undefined) return found;
  const other = domains[0];
  if (other !== undefined) throw unfinished(other, 'it has no configuration volume');
  return undefined;
}

function occupied(domain: FoundDomain): HeError {
  return new HeError(
    'HE_STORAGE_INVALID',
    `the storage holds the hosted engine's domain ${domain.sdUUID} already`,
    { remedy: 'choose an empty path for a new engine, or join this one as an additional host' },
  );
}

async function checkEmptyStorage(run: Run): Promise<void> {
  const view = finding(run, 'view');
  const needed = bytesNeeded(run.answers);
  if (view.freeBytes < needed) {
    const [free, wanted] = [view.freeBytes, needed].map((bytes) => (bytes / GIB).toFixed(1));
    throw new HeError(
      'HE_STORAGE_INVALID',
      `the storage is too small: ${free} GiB are free, ${wanted} GiB are needed`,
      { remedy: 'free some space there, or give a smaller OVEHOSTED_STORAGE/imgSizeGB' },
    );
  }
  await view.checkWritable();
}

async function chooseId(run: Run): Promise<void> {
  const key = 'OVEHOSTED_STORAGE/hostID';
  const wanted = run.answers.find(key);
  if (run.found.role === 'first') {
    if (wanted !== undefined && wanted !== 1) {
      throw invalidAnswer(key, `${wanted}, but the first host has host id 1`);
    }
    run.answers.setDefault(key, 1);
  } else {
    const uses = await hostIdUses(finding(run, 'view'), finding(run, 'domain'), {
      hostname: run.world.facts.hostname(),
      hostUuid: await hostUuid(run),
    });
    const mayReuseOwn = run.answers.get('OVEHOSTED_CORE/additionalHostReDeployment');
    run.answers.set(key, chooseHostId({ wanted, uses, mayReuseOwn }), 'default');
  }
  run.answers.setDefault(
    'OVEHOSTED_ENGINE/appHostName',
    `hosted_engine_${run.answers.get('OVEHOSTED_STORAGE/hostID')}`,
  );
}

async function hostUuid(run: Run): Promise<string | undefined> {
  const bytes = await run.world.files.read(PATHS.vdsmId);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes).trim() || undefined;
}
