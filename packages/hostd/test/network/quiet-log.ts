import type { Log } from '@hosted-engine/ports';

/** For tests that look at what was done, not at what was said. */
export function quietLog(): Log {
  const nothing = (): void => undefined;
  return { error: nothing, warn: nothing, info: nothing, debug: nothing };
}
