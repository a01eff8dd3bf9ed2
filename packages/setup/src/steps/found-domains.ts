// What the storage holds already, and what that means for this run.

import { CONFIG_VOLUME_SIZE, decodeConfigVolume, FormatError } from '@hosted-engine/formats';
import { HeError } from '@hosted-engine/ports';
import { lockspaceMembers } from '../checks/lockspace-ids.js';
import type { FoundDomain, StorageView } from '../ports.js';
import { finding, type Run, throwIfAborted } from '../run/run.js';
import { findVolume, nameOf, readVolume } from '../shared-domain.js';
import { askIfMissing } from './ask.js';

const ENGINE_DISK_TYPE = 'HEVD';
/** A host that lives renews its lease once in two I/O time-outs, of 10 s where nobody changed them. */
const RENEWAL_WAIT_S = 25;
const LOOK_EVERY_MS = 1000;
const LOCKSPACE_SIZE = 2000 * 512;

/**
 * The hosted engine's domain that this host may join; undefined when the storage is free for a new one.
 * HE_STORAGE_INVALID for a domain of another kind, and for an unfinished one that is to stay.
 */
export async function hostedEngineDomain(
  run: Run,
  domains: readonly FoundDomain[],
): Promise<FoundDomain | undefined> {
  const { earlier } = run.found;
  const isResumedFirst = earlier?.role === 'first';
  const own = isResumedFirst ? run.answers.find('OVEHOSTED_STORAGE/sdUUID') : undefined;
  for (const domain of domains.filter(({ sdUUID }) => sdUUID !== own)) {
    const kind = await kindOf(run, domain);
    if (kind === 'foreign') throw foreign(domain);
    if (kind === 'complete') {
      if (isResumedFirst) throw foreign(domain);
      return domain;
    }
    await considerUnfinished(run, domain);
  }
  return undefined;
}

type Kind = 'complete' | 'unfinished' | 'foreign';

async function kindOf(run: Run, domain: FoundDomain): Promise<Kind> {
  const configuration = findVolume(domain, 'configuration');
  if (configuration !== undefined && (await isReadable(finding(run, 'view'), domain))) {
    return 'complete';
  }
  const isOurs =
    configuration !== undefined ||
    findVolume(domain, 'lockspace') !== undefined ||
    findVolume(domain, 'metadata') !== undefined ||
    domain.volumes.some(({ diskType }) => diskType === ENGINE_DISK_TYPE);
  if (isOurs || Object.keys(domain.metadata).length === 0) return 'unfinished';
  const isBare = domain.volumes.length === 0;
  const name = run.answers.get('OVEHOSTED_STORAGE/storageDomainName');
  return isBare && nameOf(domain) === name ? 'unfinished' : 'foreign';
}

/** Storage that fails to answer is no unfinished domain: the error passes on. */
async function isReadable(view: StorageView, domain: FoundDomain): Promise<boolean> {
  const bytes = await readVolume(view, domain, 'configuration', CONFIG_VOLUME_SIZE);
  try {
    decodeConfigVolume(bytes);
    return true;
  } catch (thrown) {
    if (thrown instanceof FormatError) return false;
    throw thrown;
  }
}

function foreign(domain: FoundDomain): HeError {
  return new HeError(
    'HE_STORAGE_INVALID',
    `the storage holds domain ${domain.sdUUID} (${nameOf(domain)}), which is not a hosted engine's that this host could join`,
    { remedy: 'give a path of its own to the hosted engine' },
  );
}

/** Left by a deployment of which this host knows nothing. It goes only if somebody says so. */
async function considerUnfinished(run: Run, domain: FoundDomain): Promise<void> {
  const what = `the storage holds domain ${domain.sdUUID} (${nameOf(domain)}) of a hosted engine whose deployment was not finished`;
  run.dialog.warning(`${what.charAt(0).toUpperCase()}${what.slice(1)}`);
  const choice = await askIfMissing(run, 'OVEHOSTED_STORAGE/unfinishedDomain');
  if (choice !== 'clean') {
    throw new HeError('HE_STORAGE_INVALID', what, {
      remedy:
        'resume it on the host where it was begun with `hosted-engine --deploy`, or remove it with OVEHOSTED_STORAGE/unfinishedDomain=str:clean',
    });
  }
  await refuseIfAlive(run, finding(run, 'view'), domain);
  run.found.unfinishedDomain = domain.sdUUID;
}

/** HE_LEASE_HELD when some host renews a lease in the domain's lockspace while we look. */
export async function refuseIfAlive(
  run: Run,
  view: Pick<StorageView, 'read' | 'exists'>,
  domain: Pick<FoundDomain, 'sdUUID'>,
  isOwn: (hostId: number) => boolean = () => false,
): Promise<void> {
  const look = async () => {
    const ids = await readIds(view, domain.sdUUID);
    return lockspaceMembers(ids).filter(({ hostId }) => !isOwn(hostId));
  };
  const before = await look();
  if (before.length === 0) return;
  run.dialog.info('Looking whether another host uses the domain. This may take half a minute...');
  const { clock } = run.world;
  const endS = clock.monotonicS() + RENEWAL_WAIT_S;
  while (clock.monotonicS() < endS) {
    throwIfAborted(run);
    await clock.sleep(LOOK_EVERY_MS, run.signal);
    const renewed = (await look()).find(
      (now) =>
        !before.some((then) => then.hostId === now.hostId && then.timestamp === now.timestamp),
    );
    if (renewed === undefined) continue;
    throw new HeError(
      'HE_LEASE_HELD',
      `domain ${domain.sdUUID} is in use: the host with id ${renewed.hostId} (${renewed.owner}) renews its lease there`,
      { remedy: 'run ovirt-hosted-engine-cleanup on that host first' },
    );
  }
}

/** A domain that was not even formatted has no leases yet. */
async function readIds(
  view: Pick<StorageView, 'read' | 'exists'>,
  sdUUID: string,
): Promise<Uint8Array> {
  const path = `${sdUUID}/dom_md/ids`;
  return (await view.exists(path)) ? view.read(path, 0, LOCKSPACE_SIZE) : new Uint8Array();
}
