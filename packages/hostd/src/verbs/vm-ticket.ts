import {
  type ConnectionAction,
  VDSM_CODE,
  VdsmError,
  type VerbHandlers,
} from '@hosted-engine/vdsm';
import { graphicsWithTicket } from '../vm/graphics-ticket.js';
import { vmFull } from '../vm/vm-stats.js';
import type { VmTable } from '../vm/vm-table.js';
import { textParameter } from './parameter.js';

export interface VmTicketDeps {
  readonly vms: VmTable;
  readonly nowS: () => number;
  readonly wallMs: () => number;
}

interface TicketParams {
  readonly password: string;
  readonly ttl: number;
  readonly existingConnAction: ConnectionAction;
}

const ACTIONS: readonly ConnectionAction[] = ['keep', 'disconnect', 'fail'];

/** The console's password. It is never logged, nor shown in any XML that leaves this daemon. */
export function vmTicketVerbs(
  deps: VmTicketDeps,
): Pick<VerbHandlers, 'VM.setTicket' | 'VM.updateDevice'> {
  const { vms } = deps;

  async function setTicket(
    vmId: string,
    type: string | undefined,
    params: TicketParams,
    failureCode: number,
  ): Promise<void> {
    const bad = (why: string) => new VdsmError(failureCode, why);
    const ttlS = Number(params.ttl);
    const connected = params.existingConnAction ?? 'keep';
    if (!Number.isFinite(ttlS)) throw bad('ttl is no number of seconds');
    if (!ACTIONS.includes(connected)) throw bad(`unknown existingConnAction '${connected}'`);
    const sighting = vms.sighting(vmId) ?? (await vms.look(vmId));
    const ticket = { password: textParameter('password', params.password), ttlS, connected };
    const xml = graphicsWithTicket(sighting?.view.xml ?? '', type, ticket, deps.wallMs());
    if (xml === undefined) throw bad(`the VM has no ${type ?? 'graphics'} console`);
    await vms.command(vmId, { kind: 'update-device', xml }, failureCode);
  }

  return {
    'VM.setTicket': async ({ vmID, ...params }) => {
      await setTicket(vmID, undefined, params, VDSM_CODE.ticketError);
      return true;
    },
    'VM.updateDevice': async ({ vmID, params }) => {
      if (params.deviceType !== 'graphics') {
        throw new VdsmError(
          VDSM_CODE.updateDeviceFailed,
          `devices of type '${params.deviceType}' cannot be changed`,
        );
      }
      await setTicket(vmID, params.graphicsType, params, VDSM_CODE.updateDeviceFailed);
      return vmFull(vms.get(vmID), deps.nowS());
    },
  };
}
