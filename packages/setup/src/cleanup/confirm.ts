// The questions of a clean-up. They have no answer keys: consent to destroy something is not to be found
// in a file.

import { HeError } from '@hosted-engine/ports';
import type { Run } from '../run/run.js';

/** HE_ABORTED unless a person says yes. HE_USAGE when nobody can be asked. */
export async function confirm(run: Run, key: string, prompt: string): Promise<void> {
  if (!run.dialog.interactive) {
    throw new HeError('HE_USAGE', 'nobody is there to be asked whether to clean up', {
      remedy: 'give -q to clean up without questions',
    });
  }
  for (;;) {
    const answer = await run.dialog.ask({
      key,
      prompt: `${prompt} (Yes, No)[No]:`,
      isSecret: false,
      choices: ['Yes', 'No'],
      fallback: 'No',
    });
    const word = answer.trim().toLowerCase();
    if (['yes', 'y'].includes(word)) return;
    if (['no', 'n', ''].includes(word)) {
      throw new HeError('HE_ABORTED', 'nothing was cleaned up, as answered');
    }
    run.dialog.error(`'${answer}' is none of Yes, No`);
  }
}
