import { FormatError } from '@hosted-engine/formats/format-error';
import {
  type HostedEngineConf,
  parseHostedEngineConf,
} from '@hosted-engine/formats/hosted-engine-conf';
import { HeError } from '@hosted-engine/ports/he-error';
import { PATHS } from '@hosted-engine/setup/paths';
import type { CliContext } from './context.js';

/** This host's configuration. HE_NOT_DEPLOYED without one, HE_CONFIG_INVALID for a broken one. */
export async function requireDeployed(
  context: Pick<CliContext, 'files'>,
): Promise<HostedEngineConf> {
  const bytes = await context.files.read(PATHS.hostedEngineConf);
  if (bytes === undefined || bytes.length === 0) {
    throw new HeError('HE_NOT_DEPLOYED', 'You must run deploy first');
  }
  try {
    return parseHostedEngineConf(new TextDecoder().decode(bytes), PATHS.hostedEngineConf);
  } catch (thrown) {
    if (!(thrown instanceof FormatError)) throw thrown;
    throw new HeError('HE_CONFIG_INVALID', thrown.message, {
      remedy: `correct ${PATHS.hostedEngineConf}; the shared configuration has a copy`,
      cause: thrown,
    });
  }
}
