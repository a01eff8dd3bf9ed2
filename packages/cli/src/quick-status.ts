import type { Broker } from '@hosted-engine/ports';
import { statusText, viewOf } from './board-view.js';

/**
 * What `--vm-status` and `--vm-status --json` print when all is well. Undefined for every other command line, and
 * when something went wrong: the whole program then does it again, and has the words for it.
 */
export async function quickStatus(
  args: readonly string[],
  broker: Pick<Broker, 'state'>,
): Promise<string | undefined> {
  const isJson = args.length === 2 && args[1] === '--json';
  if (args[0] !== '--vm-status' || (args.length > 1 && !isJson)) return undefined;
  try {
    const { slots, alive } = await broker.state();
    const view = viewOf(slots, alive);
    return view.hosts.length === 0 ? undefined : statusText(view, isJson);
  } catch {
    return undefined;
  }
}
