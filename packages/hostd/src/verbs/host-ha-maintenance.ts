import type { VerbHandlers } from '@hosted-engine/vdsm';
import type { HaBroker } from '../host/ha-broker.js';
import { flagParameter, textParameter } from './parameter.js';

export function hostHaMaintenanceVerbs(
  broker: HaBroker,
): Pick<VerbHandlers, 'Host.setHaMaintenanceMode'> {
  return {
    'Host.setHaMaintenanceMode': async ({ mode, enabled }) => {
      await broker.setMaintenance(
        textParameter('mode', mode),
        flagParameter('enabled', enabled, true),
      );
      return true;
    },
  };
}
