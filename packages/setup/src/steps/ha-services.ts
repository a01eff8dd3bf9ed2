import { messageOf } from '@hosted-engine/ports';
import { UNITS } from '../paths.js';
import type { Run } from '../run/run.js';
import { restoreUnit } from '../run/units.js';
import { HA_LOCKSPACE } from '../shared-domain.js';
import { LOCKSPACE_VOLUME, preparedPath } from './volumes.js';

/**
 * Stops the HA services for good. Their host id is sanlock's to keep while they only restart; here it is
 * given back, or nobody could use it, nor remove its volume, until this host reboots.
 */
export async function stopHa(run: Run): Promise<void> {
  const { services, lockspaces, log } = run.world;
  await services.stop(UNITS.ha);
  try {
    const path = await preparedPath(run, LOCKSPACE_VOLUME);
    const area = { lockspace: HA_LOCKSPACE, path, offset: 0 };
    await lockspaces.leave(area, run.answers.get('OVEHOSTED_STORAGE/hostID'));
  } catch (thrown) {
    log.warn('the lockspace of the HA services cannot be left', { why: messageOf(thrown) });
    run.dialog.warning(
      `This host keeps its id in lockspace ${HA_LOCKSPACE} until it reboots: ${messageOf(thrown)}`,
    );
  }
  await restoreUnit(run, UNITS.ha);
}
