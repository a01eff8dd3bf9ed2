// Reads a whole appliance, be it an archive or a directory, and says what is in it. Everything that could
// stop its import later is found here, while nothing has been changed yet.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat, statfs } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import {
  FormatError,
  type ManifestAlgorithm,
  type ManifestEntry,
  OvfError,
  type OvfMachine,
  parseManifest,
  parseOvf,
} from '@hosted-engine/formats';
import { HeError, messageOf } from '@hosted-engine/ports';
import type { Appliance, CopyWatch } from '@hosted-engine/setup';
import { ArchiveError, archiveMembers } from './archive.js';
import { type DiskHead, diskHead, HEAD_SIZE } from './disk-format.js';

/** OVF descriptors have some ten kilobytes. */
const TEXT_SIZE_MAX = 4 * 1024 * 1024;
const ALGORITHMS: readonly ManifestAlgorithm[] = ['sha1', 'sha256', 'sha512'];

interface Part {
  readonly name: string;
  readonly size: number;
  readonly offset: number | undefined;
  readonly head: Buffer;
  readonly digests: ReadonlyMap<ManifestAlgorithm, string>;
  /** Of descriptors and manifests only. */
  readonly text: string | undefined;
}

export async function inspectAppliance(
  path: string,
  scratch: string,
  watch: CopyWatch,
): Promise<Appliance> {
  try {
    const stats = await stat(path).catch(() => undefined);
    if (stats === undefined) throw new ArchiveError('it does not exist');
    const isDirectory = stats.isDirectory();
    if (!isDirectory && !stats.isFile()) throw new ArchiveError('it is neither file nor directory');
    const parts = isDirectory ? await directoryParts(path, watch) : await archiveParts(path, watch);
    const appliance = describe(path, isDirectory, parts);
    await checkScratch(appliance, scratch);
    return appliance;
  } catch (thrown) {
    if (watch.signal.aborted) throw new HeError('HE_ABORTED', 'aborted', { cause: thrown });
    if (thrown instanceof HeError) throw thrown;
    throw refused(path, messageOf(thrown), thrown);
  }
}

function refused(path: string, why: string, cause?: unknown): HeError {
  return new HeError('HE_ANSWER_INVALID', `the appliance ${path} cannot be used: ${why}`, {
    remedy:
      'give the path of a whole OVA archive, or of the directory of an OVF, as OVEHOSTED_VM/ovfArchive',
    cause,
  });
}

async function archiveParts(path: string, watch: CopyWatch): Promise<Part[]> {
  const parts: Part[] = [];
  const reading = { signal: watch.signal, onRead: watch.onProgress };
  for await (const member of archiveMembers(path, reading)) {
    parts.push(await readPart(member, manifestOf(parts)));
  }
  return parts;
}

async function directoryParts(path: string, watch: CopyWatch): Promise<Part[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const file = join(entry.parentPath, entry.name);
        return { file, name: relative(path, file), size: (await stat(file)).size };
      }),
  );
  const total = files.reduce((sum, file) => sum + file.size, 0);
  let done = 0;
  const parts: Part[] = [];
  // The manifest first: then only the digests that it names are computed, and none where there is no manifest.
  files.sort((a, b) => Number(isManifest(b.name)) - Number(isManifest(a.name)));
  for (const { file, name, size } of files) {
    const content = createReadStream(file, { signal: watch.signal }) as AsyncIterable<Buffer>;
    const onBytes = (count: number): void => {
      done += count;
      watch.onProgress(done, total);
    };
    const manifest = manifestOf(parts) ?? [];
    parts.push(await readPart({ name, size, offset: 0, content }, manifest, onBytes));
  }
  return parts;
}

interface Readable {
  readonly name: string;
  readonly size: number;
  readonly offset: number | undefined;
  readonly content: AsyncIterable<Buffer>;
}

async function readPart(
  { name, size, offset, content }: Readable,
  manifest: readonly ManifestEntry[] | undefined,
  onBytes: (count: number) => void = () => undefined,
): Promise<Part> {
  const wanted = wantedDigests(name, manifest);
  const hashes = wanted.map((algorithm) => [algorithm, createHash(algorithm)] as const);
  const isText = /\.(ovf|mf)$/i.test(name);
  if (isText && size > TEXT_SIZE_MAX) throw new ArchiveError(`${name} is too large`);
  const kept: Buffer[] = [];
  let keptSize = 0;
  for await (const chunk of content) {
    for (const [, hash] of hashes) hash.update(chunk);
    onBytes(chunk.length);
    if (!isText && keptSize >= HEAD_SIZE) continue;
    kept.push(isText ? chunk : Buffer.from(chunk.subarray(0, HEAD_SIZE)));
    keptSize += chunk.length;
  }
  const head = Buffer.concat(kept);
  return {
    name,
    size,
    offset,
    head,
    digests: new Map(hashes.map(([algorithm, hash]) => [algorithm, hash.digest('hex')])),
    text: isText ? new TextDecoder().decode(head) : undefined,
  };
}

/** Before the manifest is known, any of them may be asked for. */
function wantedDigests(
  name: string,
  manifest: readonly ManifestEntry[] | undefined,
): readonly ManifestAlgorithm[] {
  if (manifest === undefined) return ALGORITHMS;
  return manifest.filter((entry) => name.endsWith(entry.file)).map((entry) => entry.algorithm);
}

function isManifest(name: string): boolean {
  return /\.mf$/i.test(name);
}

function manifestOf(parts: readonly Part[]): readonly ManifestEntry[] | undefined {
  const manifest = parts.find(({ name }) => isManifest(name));
  if (manifest?.text === undefined) return undefined;
  try {
    return parseManifest(manifest.text, manifest.name);
  } catch (thrown) {
    if (!(thrown instanceof FormatError)) throw thrown;
    throw new ArchiveError(thrown.message);
  }
}

function describe(path: string, isDirectory: boolean, parts: readonly Part[]): Appliance {
  const descriptor = descriptorOf(parts);
  const isVerified = verify(parts, dirname(descriptor.name));
  const machine = readDescriptor(descriptor);
  const [disk, ...more] = machine.disks;
  if (disk === undefined) throw new ArchiveError(`${descriptor.name} names no disk`);
  if (more.length > 0) {
    throw new ArchiveError(`it has ${machine.disks.length} disks; an engine VM has one`);
  }
  const part = partOf(parts, descriptor.name, disk.file);
  if (part === undefined) throw new ArchiveError(`the disk ${disk.file} is missing`);
  if (!isVerified && disk.fileSize !== undefined && part.size < disk.fileSize) {
    throw new ArchiveError(
      `the disk ${part.name} is truncated: ${part.size} bytes of ${disk.fileSize}`,
    );
  }
  const head = diskHead(part.head, disk.isGzip);
  if (head.hasBackingFile) throw new ArchiveError(`the disk ${part.name} needs another image`);
  return {
    path,
    name: machine.name,
    vCpus: machine.vCpus,
    memoryMiB: machine.memoryMiB,
    isVerified,
    disk: {
      format: head.format,
      virtualSize: virtualSize(head, part, disk),
      path: isDirectory ? join(path, part.name) : path,
      member: isDirectory ? undefined : part.name,
      offset: part.offset,
      storedSize: part.size,
      isGzip: disk.isGzip,
    },
  };
}

/** oVirt's archives begin its folder with `master`; other packages have exactly one. */
function descriptorOf(parts: readonly Part[]): Part {
  const all = parts.filter(({ name }) => /\.ovf$/i.test(name));
  const [first, second] = all;
  if (first === undefined) throw new ArchiveError('it holds no OVF descriptor');
  if (second === undefined) return first;
  const [master, another] = all.filter(({ name }) => name.startsWith('master/'));
  if (master !== undefined && another === undefined) return master;
  throw new ArchiveError(`it holds ${all.length} OVF descriptors`);
}

function readDescriptor({ name, text = '' }: Part): OvfMachine {
  try {
    return parseOvf(text);
  } catch (thrown) {
    if (!(thrown instanceof OvfError)) throw thrown;
    throw new ArchiveError(`${name}: ${thrown.message}`);
  }
}

/** True when a manifest vouches for what there is. @throws ArchiveError when one of its digests is wrong */
function verify(parts: readonly Part[], folder: string): boolean {
  const manifest = manifestOf(parts);
  if (manifest === undefined) return false;
  for (const { file, algorithm, digest } of manifest) {
    const part = parts.find(({ name }) => name === file || name === join(folder, file));
    if (part === undefined) throw new ArchiveError(`${file}, named in its manifest, is missing`);
    if (part.digests.get(algorithm) !== digest) {
      throw new ArchiveError(`the ${algorithm.toUpperCase()} checksum of ${part.name} is wrong`);
    }
  }
  return manifest.length > 0;
}

function partOf(parts: readonly Part[], descriptor: string, file: string): Part | undefined {
  const places = [join(dirname(descriptor), file), file, join('images', file)];
  for (const place of places) {
    const part = parts.find(({ name }) => name === place);
    if (part !== undefined) return part;
  }
  return undefined;
}

function virtualSize(
  head: DiskHead,
  part: Part,
  disk: { readonly capacity: number | undefined; readonly isGzip: boolean },
): number {
  if (head.virtualSize !== undefined) return head.virtualSize;
  if (!disk.isGzip) return part.size;
  if (disk.capacity !== undefined) return disk.capacity;
  throw new ArchiveError(`nothing tells the size of the disk ${part.name}`);
}

/** Whether the bytes of the disk can be read where they are. */
export function isInPlace({ disk }: Pick<Appliance, 'disk'>): boolean {
  return disk.offset !== undefined && !disk.isGzip;
}

async function checkScratch(appliance: Appliance, scratch: string): Promise<void> {
  const { disk } = appliance;
  if (isInPlace(appliance) || disk.format === 'raw') return;
  const { bavail, bsize } = await statfs(scratch).catch(() => ({ bavail: 0, bsize: 0 }));
  if (bavail * bsize >= disk.storedSize) return;
  const needed = Math.ceil(disk.storedSize / 1024 ** 2);
  throw new HeError(
    'HE_ANSWER_INVALID',
    `unpacking ${appliance.path} needs ${needed} MiB in ${scratch}, which has ${Math.floor((bavail * bsize) / 1024 ** 2)}`,
    { remedy: 'give a directory with more space as OVEHOSTED_CORE/tempDir' },
  );
}
