import { HeError } from '@hosted-engine/ports';
import type { HostdSession } from '@hosted-engine/setup';
import { VdsmError } from '@hosted-engine/vdsm';
import type { CliContext } from './context.js';

/** Asks the host daemon, and says what it refused in the words of the CLI. */
export async function withHostd<T>(
  context: CliContext,
  action: (hostd: HostdSession) => Promise<T>,
): Promise<T> {
  const hostd = await context.connectHostd(context.signal);
  try {
    return await action(hostd);
  } catch (thrown) {
    if (!(thrown instanceof VdsmError)) throw thrown;
    throw new HeError(
      'HE_HOSTD_REFUSED',
      `the host daemon refused: ${thrown.message} (code ${thrown.code})`,
      { remedy: 'look at the log of vdsmd', details: { code: thrown.code }, cause: thrown },
    );
  } finally {
    await hostd.close();
  }
}
