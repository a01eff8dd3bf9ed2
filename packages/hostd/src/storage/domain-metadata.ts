/**
 * dom_md/metadata of a V5 domain (vdsm.md C3): sorted KEY=VALUE lines and a checksum over all of
 * them, unknown keys included, so that what another version wrote survives our rewriting it.
 */
import { createHash } from 'node:crypto';
import { VDSM_CODE, VdsmError } from '@hosted-engine/vdsm';

export type DomainMetadata = ReadonlyMap<string, string>;

const CHECKSUM_KEY = '_SHA_CKSUM';
export const DESCRIPTION_LENGTH_MAX = 50;

/** VdsmError 752 when the checksum does not fit; a text without one is trusted, as VDSM does. */
export function parseDomainMetadata(text: string): DomainMetadata {
  const values = new Map<string, string>();
  for (const line of text.replace(/\0+$/, '').split('\n')) {
    const at = line.indexOf('=');
    if (at < 0) continue;
    values.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
  }
  const written = values.get(CHECKSUM_KEY);
  values.delete(CHECKSUM_KEY);
  if (written !== undefined && written !== checksumOf(values)) {
    throw new VdsmError(VDSM_CODE.metadataChecksum, 'Domain metadata checksum does not match');
  }
  return values;
}

/** The file's text. VdsmError 1000 for a value that would break it. */
export function formatDomainMetadata(values: DomainMetadata): string {
  for (const [key, value] of values) {
    if (/[\n\r\0]/.test(key + value) || key.includes('=')) {
      throw new VdsmError(VDSM_CODE.storageInvalidParameter, `Invalid characters in ${key}`);
    }
  }
  const lines = sortedLines(values);
  return [...lines, `${CHECKSUM_KEY}=${checksumOf(values)}`, ''].join('\n');
}

function sortedLines(values: DomainMetadata): readonly string[] {
  return [...values].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${value}`);
}

function checksumOf(values: DomainMetadata): string {
  const text = sortedLines(values).join('');
  const ascii = [...text]
    .map((character) => {
      const code = character.codePointAt(0) ?? 0;
      return code < 128 ? character : `&#${code};`;
    })
    .join('');
  return createHash('sha1').update(ascii, 'latin1').digest('hex');
}

export interface NewDomain {
  readonly sdUUID: string;
  readonly type: string;
  readonly domainClass: string;
  readonly name: string;
  readonly remotePath: string;
  readonly ioTimeoutS: number;
}

/** What a new, unattached domain says of itself. */
export function newDomainMetadata(domain: NewDomain): DomainMetadata {
  return new Map([
    ['ALIGNMENT', '1048576'],
    ['BLOCK_SIZE', '512'],
    ['CLASS', domain.domainClass],
    ['DESCRIPTION', domain.name],
    ['IOOPTIMEOUTSEC', String(domain.ioTimeoutS)],
    ['LEASERETRIES', '3'],
    ['LEASETIMESEC', '60'],
    ['LOCKPOLICY', ''],
    ['LOCKRENEWALINTERVALSEC', '5'],
    ['POOL_UUID', ''],
    ['REMOTE_PATH', domain.remotePath],
    ['ROLE', 'Regular'],
    ['SDUUID', domain.sdUUID],
    ['TYPE', domain.type],
    ['VERSION', '5'],
  ]);
}

/** The pools that a domain is attached to. */
export function poolsOf(metadata: DomainMetadata): readonly string[] {
  return listOf(metadata.get('POOL_UUID'));
}

export type DomainState = 'Active' | 'Attached';

/** A master's POOL_DOMAINS: `uuid:Active,uuid:Attached`. */
export function poolDomainsOf(metadata: DomainMetadata): ReadonlyMap<string, DomainState> {
  const domains = new Map<string, DomainState>();
  for (const entry of listOf(metadata.get('POOL_DOMAINS'))) {
    const [sdUUID, state] = entry.split(':');
    if (sdUUID === undefined) continue;
    domains.set(sdUUID, state?.toLowerCase() === 'active' ? 'Active' : 'Attached');
  }
  return domains;
}

export function formatPoolDomains(domains: ReadonlyMap<string, DomainState>): string {
  return [...domains].map(([sdUUID, state]) => `${sdUUID}:${state}`).join(',');
}

function listOf(text: string | undefined): readonly string[] {
  return (text ?? '').split(',').filter((entry) => entry !== '');
}
