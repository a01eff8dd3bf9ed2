/**
 * Creation of a V5 file domain (vdsm.md C2, C7). Nothing that exists is ever touched: a mount with
 * any domain is refused, each directory and file is made with "must not exist", and what a failed
 * creation has made is removed again.
 */
import path from 'node:path';
import { type Clock, type DirectIo, HeError, type LeaseManager } from '@hosted-engine/ports';
import { DOMAIN_CLASS, STORAGE_TYPE, VDSM_CODE, VdsmError } from '@hosted-engine/vdsm';
import { Domain, METADATA_MODE } from './domain.js';
import type { DomainCatalogue } from './domain-catalogue.js';
import {
  DESCRIPTION_LENGTH_MAX,
  formatDomainMetadata,
  newDomainMetadata,
} from './domain-metadata.js';
import { type DomainPaths, lockspaceOf, sdmLeaseOf } from './layout.js';
import { mountPathOf, normaliseRemotePath } from './remote-path.js';
import { invalidParameter, storageError, toVdsmError } from './storage-error.js';
import type { StorageFs } from './storage-fs.js';
import { INDEX_OFFSET, newXleasesIndex } from './xleases-index.js';

export interface CreateDomainParams {
  readonly sdUUID: string;
  readonly storageType: number;
  readonly remotePath: string;
  readonly name: string;
  readonly domainClass: number;
  readonly version: number;
  readonly blockSize: number;
}

export interface CreateDomainDeps {
  readonly catalogue: DomainCatalogue;
  readonly leases: LeaseManager;
  readonly directIo: DirectIo;
  readonly clock: Clock;
  readonly dataCenterDir: string;
  readonly ioTimeoutS: number;
}

const DIRECTORY_MODE = 0o755;
const SPECIAL_MODE = 0o660;
const MAILBOX_SIZE = 16 * 1024 * 1024;
const DIRECT_IO_DEADLINE_MS = 10_000;

/** VdsmError 360 not mounted, 361 mount has a domain, 365 exists, 399 no direct I/O, 351 otherwise. */
export async function createDomain(
  deps: CreateDomainDeps,
  params: CreateDomainParams,
): Promise<void> {
  checkParams(params);
  const mountPath = mountPathOf(deps.dataCenterDir, params.storageType, params.remotePath);
  const mounted = await deps.catalogue.mountPaths();
  if (!mounted.includes(mountPath)) {
    throw storageError(VDSM_CODE.domainNotMounted, `File system is not mounted: ${mountPath}`);
  }
  await refuseExisting(deps, mountPath, params.sdUUID);

  const fs = deps.catalogue.fileSystem(mountPath);
  const domain = new Domain(params.sdUUID, mountPath, fs);
  // From here on the directory is ours: it did not exist before.
  try {
    await fs.makeDirectory(domain.paths.root, DIRECTORY_MODE);
  } catch (error) {
    throw storageError(VDSM_CODE.domainCreateFailed, `Cannot create: ${String(error)}`, error);
  }
  try {
    await buildTree(deps, params, domain);
  } catch (error) {
    await fs.removeTree(domain.paths.root);
    if (error instanceof VdsmError) throw error;
    const { message } = toVdsmError(error);
    throw storageError(VDSM_CODE.domainCreateFailed, `Cannot create domain: ${message}`, error);
  }
}

async function buildTree(
  deps: CreateDomainDeps,
  params: CreateDomainParams,
  domain: Domain,
): Promise<void> {
  const { fs, paths } = domain;
  await fs.makeDirectory(paths.domMd, DIRECTORY_MODE);
  // Two hosts that create at once see each other here at the latest, and at least one gives way.
  await refuseExisting(deps, domain.mountPath, domain.sdUUID, true);
  const inDomMd = (name: string): string => path.join(paths.domMd, name);
  await fs.makeFile(inDomMd('inbox'), SPECIAL_MODE, MAILBOX_SIZE);
  await fs.makeFile(inDomMd('outbox'), SPECIAL_MODE, MAILBOX_SIZE);
  await fs.makeFile(inDomMd('ids'), SPECIAL_MODE, 0);
  await fs.makeFile(inDomMd('leases'), SPECIAL_MODE, 0);
  await checkDirectIo(deps.directIo, inDomMd('inbox'));
  await fs.makeDirectory(paths.images, DIRECTORY_MODE);
  if (params.storageType !== STORAGE_TYPE.LOCALFS) {
    await formatLeases(deps, domain.sdUUID, paths, fs);
  }
  const metadata = newDomainMetadata({
    sdUUID: params.sdUUID,
    type: typeName(params.storageType),
    domainClass: className(params.domainClass),
    name: params.name,
    remotePath: normaliseRemotePath(params.remotePath),
    ioTimeoutS: deps.ioTimeoutS,
  });
  // Last: with it the domain is whole.
  await fs.replaceText(paths.metadata, formatDomainMetadata(metadata), METADATA_MODE);
}

async function formatLeases(
  deps: CreateDomainDeps,
  sdUUID: string,
  paths: DomainPaths,
  fs: StorageFs,
): Promise<void> {
  const index = newXleasesIndex(sdUUID, Math.floor(deps.clock.wallMs() / 1000));
  await fs.makeFile(paths.xleases, SPECIAL_MODE, INDEX_OFFSET + index.length);
  await fs.writeAt(paths.xleases, index, INDEX_OFFSET);
  try {
    await deps.leases.areas.writeLockspace(lockspaceOf(paths, sdUUID), deps.ioTimeoutS);
    await deps.leases.areas.writeResource(sdmLeaseOf(paths, sdUUID));
  } catch (error) {
    const { message } = toVdsmError(error);
    throw storageError(VDSM_CODE.lockInitFailed, `Could not initialize the locks: ${message}`);
  }
}

function checkParams({ name, version, blockSize, storageType, domainClass }: CreateDomainParams) {
  if ([...name].length > DESCRIPTION_LENGTH_MAX) throw invalidParameter('name', name);
  if (version !== 5) {
    throw storageError(
      VDSM_CODE.domainVersionUnsupported,
      `Domain version ${version} cannot be created, only 5`,
    );
  }
  // 0 lets VDSM choose; on file storage with 512-byte sectors that is 512.
  if (blockSize !== 512 && blockSize !== 0) throw invalidParameter('blockSize', blockSize);
  typeName(storageType);
  className(domainClass);
}

async function refuseExisting(
  deps: CreateDomainDeps,
  mountPath: string,
  sdUUID: string,
  isBegun = false,
): Promise<void> {
  const found = await deps.catalogue.domainNamesOn(mountPath);
  const names = isBegun ? found.filter((name) => name !== sdUUID) : found;
  if (names.includes(sdUUID)) {
    throw storageError(VDSM_CODE.domainExists, `Storage domain already exists: ('${sdUUID}',)`);
  }
  if (names.length > 0) {
    throw storageError(
      VDSM_CODE.domainMountNotEmpty,
      `Storage domain not empty: ${mountPath} already holds domain ${names.join(', ')}`,
    );
  }
}

async function checkDirectIo(directIo: DirectIo, file: string): Promise<void> {
  try {
    const opened = await directIo.open(file, 'read-write', DIRECT_IO_DEADLINE_MS);
    try {
      await opened.write(0, new Uint8Array(4096), DIRECT_IO_DEADLINE_MS);
      await opened.read(0, 4096, DIRECT_IO_DEADLINE_MS);
    } finally {
      await opened.close();
    }
  } catch (error) {
    if (error instanceof HeError && error.details['notSupported'] === true) {
      throw storageError(VDSM_CODE.targetUnsupported, 'The storage does not support direct I/O');
    }
    throw error;
  }
}

function typeName(storageType: number): string {
  for (const [name, number] of Object.entries(STORAGE_TYPE)) {
    const isFile = number !== STORAGE_TYPE.FCP && number !== STORAGE_TYPE.ISCSI;
    if (number === storageType && isFile) return name;
  }
  throw storageError(VDSM_CODE.domainBadType, `Invalid storage type: ${storageType}`);
}

function className(domainClass: number): string {
  if (domainClass === DOMAIN_CLASS.DATA) return 'Data';
  if (domainClass === DOMAIN_CLASS.ISO) return 'Iso';
  if (domainClass === DOMAIN_CLASS.BACKUP) return 'Backup';
  throw storageError(VDSM_CODE.domainBadClass, `Invalid domain class: ${domainClass}`);
}
