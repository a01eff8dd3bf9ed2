import { HeError } from '@hosted-engine/ports';
import { invalidAnswer } from '../answers/read-value.js';
import { chooseHostId } from '../checks/host-id.js';
import { bytesNeededAtLeast, storageTooSmall } from '../checks/sizes.js';
import { PATHS } from '../paths.js';
import type { FoundDomain, StorageView } from '../ports.js';
import { finding, type Run } from '../run/run.js';
import type { Step } from '../run/step.js';
import { hostIdUses } from '../shared-domain.js';
import { storageTarget } from '../storage-target.js';
import { askIfMissing, refuseMissing } from './ask.js';
import { adoptClusterAnswers } from './cluster-answers.js';
import { hostedEngineDomain } from './found-domains.js';

const ADDITIONAL = 'OVEHOSTED_CORE/isAdditionalHost';

export const STORAGE_QUESTIONS: readonly Step[] = [
  { id: 'storage-path', stage: 'customization', do: askPath },
  { id: 'host-role', stage: 'customization', do: announceRole },
  { id: 'cluster-answers', stage: 'customization', role: 'additional', do: adoptClusterAnswers },
  { id: 'host-id', stage: 'customization', do: chooseId },
  { id: 'storage-names', stage: 'customization', role: 'first', do: askNames },
];

async function askPath(run: Run): Promise<void> {
  run.dialog.title('STORAGE CONFIGURATION');
  run.dialog.note('During customization use CTRL-D to abort.');
  const key = 'OVEHOSTED_STORAGE/storageDomainConnection';
  await askIfMissing(run, key, { check: (path) => look(run, path) });
}

/** What is at the path decides which host this is. What is wrong with it is found here, not later. */
async function look(run: Run, path: string): Promise<string[]> {
  const { found, world } = run;
  await found.view?.close();
  delete found.view;
  delete found.domain;
  const target = storageTarget(run.answers);
  const view = await world.storage.open(target, run.signal);
  found.view = view;
  const domain = await hostedEngineDomain(run, await view.domains());
  if (domain === undefined) {
    await checkEmptyStorage(run, view);
    found.role = 'first';
  } else {
    await join(run, domain);
    found.role = 'additional';
    found.domain = domain;
  }
  const isAsTyped = target.connection === path.trim();
  return isAsTyped ? [] : [`Storage connection is used as ${target.connection}`];
}

async function checkEmptyStorage(run: Run, view: StorageView): Promise<void> {
  if (run.answers.find(ADDITIONAL) === true) {
    throw invalidAnswer(ADDITIONAL, 'the storage holds no hosted engine that this host could join');
  }
  await view.checkWritable();
  // The earlier run's domain has its share of the space already.
  if (run.found.earlier !== undefined) return;
  const isSizeAskedLater =
    run.dialog.interactive && run.answers.source('OVEHOSTED_STORAGE/imgSizeGB') === undefined;
  const needed = bytesNeededAtLeast(run.answers, isSizeAskedLater);
  if (view.freeBytes < needed) throw storageTooSmall(view.freeBytes, needed);
}

/** A person who does not mean this cluster has mistaken the path, and may give another one. */
async function join(run: Run, domain: FoundDomain): Promise<void> {
  const { answers } = run;
  const isAdditional = await askIfMissing(run, ADDITIONAL, { fallback: true });
  if (isAdditional) return;
  if (answers.source(ADDITIONAL) === 'person') answers.clear(ADDITIONAL);
  throw new HeError(
    'HE_STORAGE_INVALID',
    `the storage holds the hosted engine's domain ${domain.sdUUID} already`,
    { remedy: 'choose an empty path for a new engine, or join this one as an additional host' },
  );
}

async function announceRole(run: Run): Promise<void> {
  const role = finding(run, 'role');
  run.dialog.info(`Installing on ${role} host`);
  refuseMissing(run, role);
}

async function chooseId(run: Run): Promise<void> {
  const key = 'OVEHOSTED_STORAGE/hostID';
  if (run.found.role === 'first') {
    const wanted = run.answers.find(key);
    if (wanted !== undefined && wanted !== 1) {
      throw invalidAnswer(key, `${wanted}, but the first host has host id 1`);
    }
    run.answers.setDefault(key, 1);
    return;
  }
  const uses = await hostIdUses(finding(run, 'view'), finding(run, 'domain'), {
    hostname: run.world.facts.hostname(),
    hostUuid: await hostUuid(run),
  });
  const redeployment = 'OVEHOSTED_CORE/additionalHostReDeployment';
  const isFormer = uses.some((use) => use.isSelf);
  if (isFormer && run.found.earlier === undefined && run.dialog.interactive)
    await askIfMissing(run, redeployment, { fallback: true });
  // A resumed run comes back as the host that it was.
  const mayReuseOwn = run.found.earlier !== undefined || run.answers.get(redeployment);
  const choose = (wanted: number | undefined) => chooseHostId({ wanted, uses, mayReuseOwn });
  const wanted = run.answers.find(key);
  await askIfMissing(run, key, {
    // A host id that was given may well be right while no other is free.
    ...(wanted === undefined ? { fallback: choose(undefined) } : {}),
    check: async (id) => {
      choose(id);
      return [];
    },
  });
}

async function askNames(run: Run): Promise<void> {
  await askIfMissing(run, 'OVEHOSTED_STORAGE/storageDomainName');
  await askIfMissing(run, 'OVEHOSTED_STORAGE/storageDatacenterName');
}

async function hostUuid(run: Run): Promise<string | undefined> {
  const bytes = await run.world.files.read(PATHS.vdsmId);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes).trim() || undefined;
}
