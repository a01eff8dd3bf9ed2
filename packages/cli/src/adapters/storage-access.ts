// Whether those who will use the storage may do so: vdsm:kvm, and root, who sets files up for them.

import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HeError, type HeErrorCode, type ProcessRunner } from '@hosted-engine/ports';
import type { StorageTarget } from '@hosted-engine/setup';

export const AS_VDSM = ['--reuid=36', '--regid=36', '--clear-groups'] as const;
const TEMPLATE = '.hosted-engine-probe-XXXXXX';
const WHO = 'user vdsm (36), group kvm (36)';
const OWN = 'on the storage server: chown 36:36 and chmod 0755 the exported directory';

export interface AccessProbe {
  readonly runner: ProcessRunner;
  readonly target: StorageTarget;
  /** Where it is mounted. */
  readonly directory: string;
  readonly deadlineMs: number;
}

/** HE_STORAGE_INVALID, with what stands in the way, unless vdsm:kvm may read, enter and write it. */
export async function requireAccess(probe: AccessProbe): Promise<void> {
  for (const [option, right] of [
    ['-r', 'read'],
    ['-x', 'enter'],
  ] as const) {
    if ((await asVdsm(probe, ['test', option, probe.directory])).code === 0) continue;
    throw refused(probe, `${WHO} may not ${right} it; ${await ownerOf(probe)}`, OWN);
  }
  const path = await makeFile(probe);
  await removeFile(probe, path);
}

/** HE_STORAGE_INVALID unless a domain can be made there: by direct I/O, and by root for vdsm:kvm. */
export async function requireUsable(probe: AccessProbe): Promise<void> {
  const path = await makeFile(probe);
  try {
    await writeDirectly(probe, path);
    await requireRootToo(probe, path);
  } finally {
    await removeFile(probe, path);
  }
}

async function makeFile(probe: AccessProbe): Promise<string> {
  const made = await asVdsm(probe, ['mktemp', join(probe.directory, TEMPLATE)]);
  if (made.code === 0) return made.stdout.trim();
  throw await writeProblem(probe, made.stderr);
}

async function removeFile(probe: AccessProbe, path: string): Promise<void> {
  const removed = await asVdsm(probe, ['rm', '-f', path]);
  if (removed.code === 0) return;
  throw refused(probe, `a file cannot be removed: ${removed.stderr.trim()}`, OWN);
}

/** Leases and whiteboards are read and written past the page cache. */
async function writeDirectly(probe: AccessProbe, path: string): Promise<void> {
  const words = ['dd', 'if=/dev/zero', `of=${path}`, 'bs=4096', 'count=1', 'oflag=direct'];
  const written = await asVdsm(probe, words);
  if (written.code === 0) return;
  if (/invalid argument/i.test(written.stderr)) {
    throw refused(
      probe,
      'it does not support direct I/O, which leases need',
      'choose other storage; a FUSE file system may need a mount option such as direct_io',
    );
  }
  throw await writeProblem(probe, written.stderr);
}

/** Servers that take root for nobody let vdsm write and set-up not. */
async function requireRootToo(probe: AccessProbe, path: string): Promise<void> {
  const { runner, deadlineMs: timeoutMs } = probe;
  const tried = await runner.run('chown', ['36:36', path], { timeoutMs });
  const isAllowed = tried.code === 0 && (await canRootWrite(probe.directory));
  if (isAllowed) return;
  throw refused(
    probe,
    'root of this host is not root there, so that it cannot be set up',
    'on the storage server: export it with no_root_squash, or with all_squash,anonuid=36,anongid=36',
  );
}

function canRootWrite(directory: string): Promise<boolean> {
  return access(directory, constants.W_OK).then(
    () => true,
    () => false,
  );
}

async function writeProblem(probe: AccessProbe, said: string): Promise<HeError> {
  if (/read-only/i.test(said)) {
    return refused(
      probe,
      'it is read-only',
      'export it with rw, and leave ro out of OVEHOSTED_STORAGE/mntOptions',
    );
  }
  if (/no space left|quota/i.test(said)) {
    return refused(
      probe,
      'it is full: not even an empty file can be made',
      'free some space there',
    );
  }
  if (/permission denied|not permitted/i.test(said)) {
    return refused(probe, `${WHO} may not write it; ${await ownerOf(probe)}`, OWN);
  }
  return refused(probe, `a file cannot be made: ${said.trim()}`, OWN);
}

async function ownerOf({ directory }: AccessProbe): Promise<string> {
  const { uid, gid, mode } = await stat(directory);
  return `it belongs to ${uid}:${gid} with mode ${(mode & 0o7777).toString(8).padStart(4, '0')}`;
}

function asVdsm({ runner, deadlineMs: timeoutMs }: AccessProbe, words: readonly string[]) {
  return runner.run('setpriv', [...AS_VDSM, ...words], { timeoutMs, env: { LC_ALL: 'C' } });
}

export function cannotAccess(
  code: HeErrorCode,
  target: StorageTarget,
  why: string,
  remedy: string,
  cause?: unknown,
): HeError {
  const message = `Cannot access storage connection ${target.connection}: ${why}`;
  return new HeError(code, message, { remedy, cause });
}

function refused({ target }: AccessProbe, why: string, remedy: string): HeError {
  return cannotAccess('HE_STORAGE_INVALID', target, why, remedy);
}
