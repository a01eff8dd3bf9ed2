import { HeError, type ProcessRunner } from '@hosted-engine/ports';
import { VDSM_CODE } from '@hosted-engine/vdsm';
import { storageError } from './storage-error.js';
import type { StorageFs } from './storage-fs.js';

export interface VolumeContent {
  /** Bytes, a multiple of 4096. */
  readonly capacity: number;
  readonly format: 'RAW' | 'COW';
  readonly isPreallocated: boolean;
}

const ALLOCATE_DEADLINE_MS = 600_000;

/** Gives a new, empty data file its size and form. VdsmError 205 when a program refuses. */
export async function fillVolume(
  deps: { readonly fs: StorageFs; readonly processes: ProcessRunner },
  file: string,
  content: VolumeContent,
  signal: AbortSignal,
): Promise<void> {
  const { fs, processes } = deps;
  if (content.format === 'COW') {
    const options = ['create', '-q', '-f', 'qcow2', '-o', 'compat=1.1'];
    const allocation = content.isPreallocated ? ['-o', 'preallocation=falloc'] : [];
    const args = [...options, ...allocation, file, String(content.capacity)];
    await run(processes, 'qemu-img', args, signal);
  } else if (!content.isPreallocated) {
    await fs.resize(file, content.capacity);
  } else if (!(await allocate(processes, file, content.capacity, signal))) {
    await fs.fillZeros(file, content.capacity, signal);
  }
}

/** False when the file system cannot allocate without writing. */
async function allocate(
  processes: ProcessRunner,
  file: string,
  size: number,
  signal: AbortSignal,
): Promise<boolean> {
  const args = ['-l', String(size), file];
  const result = await processes.run('fallocate', args, {
    signal,
    timeoutMs: ALLOCATE_DEADLINE_MS,
  });
  if (result.code === 0) return true;
  if (/no space/i.test(result.stderr)) {
    throw storageError(VDSM_CODE.volumeCreateFailed, `No space for ${size} bytes`);
  }
  return false;
}

async function run(
  processes: ProcessRunner,
  program: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  try {
    const result = await processes.run(program, args, { signal, timeoutMs: ALLOCATE_DEADLINE_MS });
    if (result.code === 0) return;
    throw storageError(VDSM_CODE.volumeCreateFailed, `${program}: ${result.stderr.trim()}`);
  } catch (error) {
    if (!(error instanceof HeError)) throw error;
    throw storageError(VDSM_CODE.volumeCreateFailed, error.message, error);
  }
}
