import { closeSync } from 'node:fs';

const STANDARD_DESCRIPTORS = [0, 1, 2] as const;

/**
 * Lets the program outlive its terminal, so that what is under way is ended properly. Without this a write
 * to a terminal that is gone would end it at once; and at its exit Node puts back how the terminal was, and
 * aborts when that fails, but leaves descriptors alone that are closed.
 */
export function outliveTerminal(process: NodeJS.Process): void {
  let isGone = false;
  const lose = (): void => {
    if (isGone) return;
    isGone = true;
    process.once('exit', closeAll);
  };
  process.once('SIGHUP', lose);
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EIO') lose();
    });
  }
}

function closeAll(): void {
  for (const descriptor of STANDARD_DESCRIPTORS) {
    try {
      closeSync(descriptor);
    } catch {
      // It is closed already.
    }
  }
}
