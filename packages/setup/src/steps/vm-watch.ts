// A person at work in the engine VM looks at its console, which closes when the VM ends: only this terminal can say why.

import type { Run } from '../run/run.js';
import { whyDown } from './vm-control.js';

const LOOK_EVERY_MS = 2000;

/** Waits for an answer, and tells of a VM that ends meanwhile, once for each time. */
export async function tellingOfEnds(run: Run, answer: Promise<void>): Promise<void> {
  const answered = new AbortController();
  const watch = watchVm(run, answered.signal);
  try {
    await answer;
  } finally {
    answered.abort();
    await watch;
  }
}

async function watchVm(run: Run, signal: AbortSignal): Promise<void> {
  let isTold = false;
  for (;;) {
    await run.world.clock.sleep(LOOK_EVERY_MS, signal);
    if (signal.aborted) return;
    let why: string | undefined;
    try {
      why = await whyDown(run);
    } catch {
      // Unknown is not down. A host daemon that does not answer is met by what comes after the question.
      continue;
    }
    if (why !== undefined && !isTold) {
      run.dialog.warning(
        `The VM is down (${why}). Start it with \`hosted-engine --vm-start\`, or hit enter, and it is started again`,
      );
    }
    isTold = why !== undefined;
  }
}
