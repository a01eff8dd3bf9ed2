import { HeError, type ProcessRunner } from '@hosted-engine/ports';
import type { CopyWatch } from '@hosted-engine/setup';

/** Tens of gigabytes over a slow network. */
const COPY_TIMEOUT_MS = 4 * 3600 * 1000;

/**
 * Copies an image onto a volume that holds zeros. `source`: a path with its format settled by `format`, or
 * one of QEMU's `json:` names. `total`: bytes of the virtual disk, for the progress.
 */
export async function convertImage(
  runner: ProcessRunner,
  source: string,
  volume: string,
  total: number,
  watch: CopyWatch,
  format?: string,
): Promise<void> {
  const given = format === undefined ? [] : ['-f', format];
  // The volume was just made of zeros, so that only what is not zero needs writing.
  const args = ['convert', '-p', ...given, '-O', 'raw', '-n', '--target-is-zero', '-t', 'none'];
  const result = await runner.run('qemu-img', [...args, source, volume], {
    signal: watch.signal,
    timeoutMs: COPY_TIMEOUT_MS,
    onOutput: (text) => {
      const percent = [...text.matchAll(/\((\d+(?:\.\d+)?)\/100%\)/g)].at(-1)?.[1];
      if (percent !== undefined)
        watch.onProgress(Math.round((Number(percent) / 100) * total), total);
    },
  });
  if (result.code !== 0) {
    throw new HeError('HE_FAILED', `cannot copy the disk image: ${result.stderr.trim()}`, {
      remedy: 'check the image and the free space on the storage',
    });
  }
}
